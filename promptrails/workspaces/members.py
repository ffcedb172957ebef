"""The rules of membership: who may change whom, and a workspace never without an owner."""

from collections.abc import Callable

from django.db import transaction

from promptrails.workspaces.models import Membership, Role, User, Workspace


class Refused(Exception):
    """A change that the rules do not allow; the message is a sentence."""


def add(actor: Membership, email: str, role: str) -> Membership:
    """Adds somebody with an account; raises Refused."""
    check_role(actor, role)
    user = User.objects.get(email__iexact=email)
    membership, is_new = Membership.objects.get_or_create(
        workspace=actor.workspace, user=user, defaults={"role": role}
    )
    if not is_new:
        raise Refused(f"{user} is a member already.")
    return membership


def change_role(actor: Membership, membership_id: int, role: str) -> Membership:
    """Gives a member another role; raises Refused, or Membership.DoesNotExist."""

    def change(membership: Membership) -> None:
        check_role(actor, role)
        membership.role = role
        membership.save(update_fields=["role"])

    return changed(actor, membership_id, change)


def remove(actor: Membership, membership_id: int) -> Membership:
    """Ends a membership; raises Refused, or Membership.DoesNotExist."""
    return changed(
        actor, membership_id, lambda membership: Membership.objects.filter(pk=membership.pk).delete()
    )


@transaction.atomic
def changed(actor: Membership, membership_id: int, change: Callable[[Membership], object]) -> Membership:
    """One change with the memberships locked, so that no two of them together undo the last owner."""
    workspace = Workspace.objects.select_for_update().get(pk=actor.workspace_id)
    membership = Membership.objects.select_related("user").get(workspace=workspace, pk=membership_id)
    actor_now = Membership.objects.get(pk=actor.pk)
    if membership.is_owner and not actor_now.is_owner:
        raise Refused("Only an owner may change or remove an owner.")
    change(membership)
    if not Membership.objects.filter(workspace=workspace, role=Role.OWNER).exists():
        raise Refused("A workspace needs an owner. Make somebody else an owner first.")
    return membership


def check_role(actor: Membership, role: str) -> None:
    if role == Role.OWNER and not actor.is_owner:
        raise Refused("Only an owner may make somebody an owner.")
