"""The rules of membership: who may change whom, and a workspace never without an owner."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from promptrails.workspaces.actors import OPERATOR, Actor
from promptrails.workspaces.journal import tell
from promptrails.workspaces.models import Membership, Role, User, Workspace


class Refused(Exception):
    """A change that the rules do not allow; the message is a sentence."""


def add(actor: Membership, user: User, role: str, address: str | None = None) -> Membership:
    """Makes somebody a member; raises Refused. `address` is the actor's, for the log."""
    with locked(actor.workspace) as everyone:
        check_actor(everyone.get(actor.pk), role)
        membership, is_new = Membership.objects.get_or_create(
            workspace=actor.workspace, user=user, defaults={"role": role}
        )
        if is_new:
            note("member.added", membership, Actor(actor.user, address=address))
    if not is_new:
        raise Refused(f"{user} is a member already.")
    return membership


def change_role(actor: Membership, membership_id: int, role: str, address: str | None = None) -> Membership:
    """Gives a member another role; raises Refused, or Membership.DoesNotExist."""
    with locked(actor.workspace) as everyone:
        check_actor(everyone.get(actor.pk), role)
        membership = changeable(everyone, actor, membership_id)
        before, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        if before != role:
            note("member.changed", membership, Actor(actor.user, address=address), before=before)
    return membership


def remove(actor: Membership, membership_id: int, address: str | None = None) -> Membership:
    """Ends a membership; raises Refused, or Membership.DoesNotExist."""
    with locked(actor.workspace) as everyone:
        check_actor(everyone.get(actor.pk))
        membership = changeable(everyone, actor, membership_id)
        Membership.objects.filter(pk=membership.pk).delete()
        note("member.removed", membership, Actor(actor.user, address=address))
    return membership


def place(workspace: Workspace, user: User, role: str) -> Membership:
    """An operator's way: membership in that role, be it new or changed; raises Refused."""
    with locked(workspace):
        membership, is_new = Membership.objects.update_or_create(
            workspace=workspace, user=user, defaults={"role": role}
        )
        note("member.added" if is_new else "member.changed", membership, OPERATOR)
    return membership


def note(action: str, membership: Membership, actor: Actor, **more: object) -> None:
    tell(membership.workspace, action, actor, member=membership.user.email, role=membership.role, **more)


@contextmanager
def locked(workspace: Workspace) -> Iterator[dict[int, Membership]]:
    """All memberships as they are now, one change at a time; what takes the last owner away is undone."""
    rows = Membership.objects.filter(workspace=workspace).order_by("pk")
    with transaction.atomic():
        everyone = {one.pk: one for one in rows.select_related("user").select_for_update(of=("self",))}
        had_owner = any(one.is_owner for one in everyone.values())
        yield everyone
        if had_owner and not rows.filter(role=Role.OWNER).exists():
            raise Refused("A workspace needs an owner. Make somebody else an owner first.")


def changeable(everyone: dict[int, Membership], actor: Membership, membership_id: int) -> Membership:
    if membership_id not in everyone:
        raise Membership.DoesNotExist
    membership = everyone[membership_id]
    if membership.is_owner and not everyone[actor.pk].is_owner:
        raise Refused("Only an owner may change or remove an owner.")
    return membership


def check_actor(actor: Membership | None, role: str = Role.USER) -> None:
    """Of the actor as they are now: somebody may just have changed or removed them."""
    if actor is None or not actor.is_admin:
        raise Refused("Only admins and owners may change who belongs to a workspace.")
    if role == Role.OWNER and not actor.is_owner:
        raise Refused("Only an owner may make somebody an owner.")
