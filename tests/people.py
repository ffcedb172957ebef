"""The people of the tests: Ada owns acme, Mel is a plain member of it, Sol has a workspace of their own."""

import pytest
from django.test import Client

from promptrails.workspaces.models import Membership, Role, User, Workspace

PASSWORD = "correct horse battery staple"


def make_user(email: str, workspace: Workspace | None = None, role: Role = Role.USER) -> User:
    user = User.objects.create_user(email, PASSWORD)
    if workspace:
        Membership.objects.create(workspace=workspace, user=user, role=role)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def acme(db: None) -> Workspace:
    return Workspace.objects.create(slug="acme", name="Acme")


@pytest.fixture
def other(db: None) -> Workspace:
    return Workspace.objects.create(slug="other", name="Other")


@pytest.fixture
def ada(acme: Workspace) -> User:
    return make_user("ada@example.com", acme, Role.OWNER)


@pytest.fixture
def mel(acme: Workspace) -> User:
    return make_user("mel@example.com", acme)


@pytest.fixture
def sol(other: Workspace) -> User:
    return make_user("sol@example.com", other, Role.OWNER)
