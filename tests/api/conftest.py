"""Callers of the API: a key of acme that may do everything, one that may read, and what they share."""

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from promptrails.workspaces import keys
from promptrails.workspaces.models import Scope, Workspace
from tests.api.calling import Wire


@pytest.fixture
def secret(acme: Workspace) -> str:
    """A key of acme with every scope."""
    return keys.issue(acme, name="agents", scopes=Scope.values)[1]


@pytest.fixture
def api(secret: str) -> Client:
    return Client(headers={"X-API-Key": secret})


@pytest.fixture
def reader(acme: Workspace) -> Client:
    return Client(headers={"X-API-Key": keys.issue(acme, name="reader", scopes=[Scope.READ])[1]})


@pytest.fixture
def wire(live_server: LiveServer, secret: str) -> Wire:
    """The API by way of a real connection, where what is sent matters byte by byte."""
    return Wire(live_server.url, secret)
