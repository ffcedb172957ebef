"""Where one lands, and the choice among one's workspaces."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from promptrails.workspaces.access import (
    LAST_WORKSPACE_COOKIE,
    WorkspaceRequest,
    member_required,
    memberships_of,
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The last workspace one was in, if one still belongs to it, else the first."""
    slugs = [membership.workspace.slug for membership in memberships_of(request)]
    if not slugs:
        return render(request, "workspaces/chooser.html")
    last = request.COOKIES.get(LAST_WORKSPACE_COOKIE)
    return redirect("assets:list", last if last in slugs else slugs[0])


@require_safe
def workspaces(request: HttpRequest) -> HttpResponse:
    memberships_of(request)
    return render(request, "workspaces/chooser.html")


@require_safe
@member_required
def workspace_home(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    response: HttpResponseRedirect = redirect("assets:list", workspace)
    return response
