"""Pages are for those who are signed in, unless they say otherwise; a part of one is no place to sign in."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from promptrails.workspaces.access import WorkspaceRequest

BY_ITSELF = "awaited"  # how the ids begin of what a page asks for without anybody's doing


class SignedInMiddleware(LoginRequiredMiddleware):
    """htmx would follow the redirect and put the sign-in page where its answer belongs."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], *arguments: Any
    ) -> HttpResponseBase | None:
        redirect = super().process_view(request, view_func, *arguments)
        htmx = cast(WorkspaceRequest, request).htmx
        if redirect is None or not htmx:
            return redirect
        by_itself = (htmx.target or "").startswith(BY_ITSELF)
        return HttpResponse(status=401, headers={} if by_itself else {"HX-Refresh": "true"})
