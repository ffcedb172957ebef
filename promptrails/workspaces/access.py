"""Fetching is authorising: a workspace is found through the memberships of whoever asks."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from promptrails.workspaces.actors import Actor
from promptrails.workspaces.addresses import client_address
from promptrails.workspaces.models import Membership, User

LAST_WORKSPACE_COOKIE = "workspace"
View = Callable[..., HttpResponseBase]


class WorkspaceRequest(HttpRequest):
    """A request of a member, in one workspace."""

    user: User
    htmx: HtmxDetails
    membership: Membership
    actor: Actor
    memberships: list[Membership]


def memberships_of(request: HttpRequest) -> list[Membership]:
    """All memberships of the signed-in user, asked for once a request, by the workspace's name."""
    known: list[Membership] | None = getattr(request, "memberships", None)
    if known is None:
        found = Membership.objects.filter(user=cast(User, request.user)).select_related("workspace")
        known = list(found.order_by("workspace__name", "workspace_id"))
        cast(WorkspaceRequest, request).memberships = known
    return known


def remember(response: HttpResponseBase, cookie: str, value: str) -> None:
    """Keeps a person's choice for a year, in their browser alone."""
    year, secure = 365 * 24 * 3600, settings.SESSION_COOKIE_SECURE
    response.set_cookie(cookie, value, year, httponly=True, samesite="Lax", secure=secure)


def member_required(view: View) -> View:
    """Sets `request.membership` for the workspace in the address; to anyone else it does not exist: 404."""

    @wraps(view)
    def for_members(request: Any, workspace: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = [one for one in memberships_of(request) if one.workspace.slug == workspace]
        if not found:
            raise Http404
        request.membership = found[0]
        request.actor = Actor(user=request.user, address=client_address(request))
        response = view(request, workspace, *args, **kwargs)
        if request.COOKIES.get(LAST_WORKSPACE_COOKIE) != workspace:
            remember(response, LAST_WORKSPACE_COOKIE, workspace)
        return response

    return for_members


def admin_required(view: View) -> View:
    """As `member_required`, and 403 for members who are neither admin nor owner."""

    @wraps(view)
    def for_admins(request: WorkspaceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.membership.is_admin:
            raise PermissionDenied("Only admins and owners of this workspace may do this.")
        return view(request, *args, **kwargs)

    return member_required(for_admins)
