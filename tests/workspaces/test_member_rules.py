"""The rules hold for changes at the same time, too."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from promptrails.workspaces import members
from promptrails.workspaces.models import Membership, Role, User, Workspace
from tests.people import make_user

Change = Callable[[], Membership]


def together(*changes: Change) -> list[str]:
    """What becomes of changes that start at one moment, each on a connection of its own."""
    barrier = Barrier(len(changes))

    def outcome(change: Change) -> str:
        barrier.wait()
        try:
            change()
        except members.Refused as error:
            return str(error)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(changes)) as threads:
        return sorted(threads.map(outcome, changes))


def two_owners() -> tuple[Membership, Membership]:
    workspace = Workspace.objects.create(slug="acme", name="Acme")
    for email in ("ada@example.com", "grace@example.com"):
        make_user(email, workspace, Role.OWNER)
    one, two = Membership.objects.select_related("workspace", "user").order_by("pk")
    return one, two


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_themselves_at_once_leave_one_owner() -> None:
    one, two = two_owners()
    outcomes = together(
        lambda: members.change_role(one, one.pk, Role.USER),
        lambda: members.change_role(two, two.pk, Role.USER),
    )
    assert outcomes == ["A workspace needs an owner. Make somebody else an owner first.", "done"]
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_remove_each_other_one_is_left() -> None:
    one, two = two_owners()
    outcomes = together(lambda: members.remove(one, two.pk), lambda: members.remove(two, one.pk))
    assert outcomes == ["Only admins and owners may change who belongs to a workspace.", "done"]
    assert Membership.objects.get().role == Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_somebody_added_twice_at_once_is_a_member_once() -> None:
    one, two = two_owners()
    joining = User.objects.create_user("mel@example.com")
    outcomes = together(
        lambda: members.add(one, joining, Role.USER), lambda: members.add(two, joining, Role.ADMIN)
    )
    assert outcomes == ["done", "mel@example.com is a member already."]
    assert Membership.objects.filter(user=joining).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.ADMIN, Role.USER])
def test_an_owner_who_was_demoted_meanwhile_makes_no_owners(role: Role) -> None:
    one, two = two_owners()
    members.change_role(one, two.pk, role)
    with pytest.raises(members.Refused):
        members.add(two, User.objects.create_user("mel@example.com"), Role.OWNER)
    with pytest.raises(members.Refused):
        members.change_role(two, two.pk, Role.OWNER)
    with pytest.raises(members.Refused):
        members.remove(two, one.pk)


@pytest.mark.django_db
def test_a_member_who_is_gone_already_is_not_found() -> None:
    one, two = two_owners()
    members.remove(one, two.pk)
    for change in (lambda: members.remove(one, two.pk), lambda: members.change_role(one, two.pk, Role.USER)):
        with pytest.raises(Membership.DoesNotExist):
            change()
