"""Who belongs to a workspace; admins add, change and remove."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from promptrails.workspaces import members
from promptrails.workspaces.access import WorkspaceRequest, admin_required, member_required
from promptrails.workspaces.forms import MemberForm, RoleForm
from promptrails.workspaces.models import Membership, Role


@require_safe
@member_required
def member_list(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    everyone = request.membership.workspace.memberships.select_related("user").order_by("user__email")
    context = {"everyone": everyone, "form": MemberForm(), "roles": Role.choices, "section": "members"}
    return render(request, "workspaces/members.html", context)


@require_POST
@admin_required
def member_add(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    form = MemberForm(request.POST)
    if not form.is_valid():
        return refused(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    user, role = form.cleaned_data["email"], form.cleaned_data["role"]
    address = request.actor.address
    return carry_out(request, lambda: members.add(request.membership, user, role, address), "%s was added.")


@require_POST
@admin_required
def member_role(request: WorkspaceRequest, workspace: str, membership_id: int) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        return refused(request, "Choose one of the roles: owner, admin or user.")
    role = Role(form.cleaned_data["role"])
    done = f"%s is now {role.label.lower()}."
    address = request.actor.address
    return carry_out(
        request, lambda: members.change_role(request.membership, membership_id, role, address), done
    )


@require_POST
@admin_required
def member_remove(request: WorkspaceRequest, workspace: str, membership_id: int) -> HttpResponse:
    address = request.actor.address
    response = carry_out(
        request, lambda: members.remove(request.membership, membership_id, address), "%s was removed."
    )
    has_left = not Membership.objects.filter(pk=request.membership.pk).exists()
    return redirect("home") if has_left else response


def carry_out(request: WorkspaceRequest, change: Callable[[], Membership], done: str) -> HttpResponse:
    try:
        membership = change()
    except members.Refused as error:
        return refused(request, str(error))
    except Membership.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, done % membership.user)
    return redirect("members", request.membership.workspace.slug)


def refused(request: WorkspaceRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("members", request.membership.workspace.slug)
