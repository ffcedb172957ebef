"""Who is calling: a program by its key, or a person by the session of their browser."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from assets.errors import Forbidden, InvalidInput, RateLimited
from promptrails.workspaces import keys
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.addresses import client_address
from promptrails.workspaces.models import Membership, Scope, User, Workspace

KEY_HEADER, WORKSPACE_HEADER = "X-API-Key", "X-Workspace-ID"
NO_KEY = "Send a valid API key in the X-API-Key header."
NOT_YOURS = "X-Workspace-ID names a workspace that this key or session may not use."
Authenticated = tuple[User | AnonymousUser, "Caller"]


@dataclass(frozen=True)
class Caller:
    """One workspace, and what may be done in it; `quota` is what is left of a key's minute."""

    workspace: Workspace
    actor: Actor
    scopes: frozenset[str]
    quota: "Quota | None" = None


@dataclass(frozen=True)
class Quota:
    """Requests left in this minute, and the seconds until the next one begins."""

    limit: int
    remaining: int
    resets_in: int

    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers-06."""
        values = {"Limit": self.limit, "Remaining": self.remaining, "Reset": self.resets_in}
        return {f"RateLimit-{name}": str(value) for name, value in values.items()}


class KeyAuthentication(BaseAuthentication):
    """X-API-Key; the key says which workspace, and X-Workspace-ID may only agree."""

    def authenticate(self, request: Request) -> Authenticated | None:
        secret = request.headers.get(KEY_HEADER)
        if secret is None:
            return None
        address = client_address(request._request)
        use = keys.use(secret.strip(), address)
        if use is None:
            raise AuthenticationFailed(NO_KEY)
        if not use.from_allowed_address:
            raise Forbidden("This key may not be used from this address.", {"address": "not allowed"})
        wanted = request.headers.get(WORKSPACE_HEADER)
        if wanted and wanted.strip() != use.key.workspace_id:
            raise Forbidden(NOT_YOURS, {WORKSPACE_HEADER: "not the key's workspace"})
        actor = Actor(api_key=use.key, address=address)
        return AnonymousUser(), Caller(use.key.workspace, actor, frozenset(use.key.scopes), quota_of(use))

    def authenticate_header(self, request: Request) -> str:
        """RFC 9110, 11.6.1: a 401 says how to do better."""
        return f'ApiKey realm="api", header="{KEY_HEADER}"'


def quota_of(use: keys.KeyUse) -> Quota:
    """Raises RateLimited once the key has used its minute up."""
    limit, resets_in = settings.API_RATE_LIMIT, max(1, round(use.resets_in + 0.5))
    if use.requests > limit:
        raise RateLimited(
            f"This key may make {limit:,} requests a minute. Go on in {resets_in} seconds.",
            limit=limit,
            retry_after=resets_in,
        )
    return Quota(limit, limit - use.requests, resets_in)


class SessionAuthentication(BaseAuthentication):
    """A signed-in browser, for the workspace that X-Workspace-ID names; changes need the CSRF token."""

    def authenticate(self, request: Request) -> Authenticated | None:
        user = getattr(request._request, "user", None)
        if not isinstance(user, User) or not user.is_active:
            return None
        enforce_csrf(request._request)
        wanted = request.headers.get(WORKSPACE_HEADER, "").strip()
        if not wanted:
            sentence = f"Say which workspace, with {WORKSPACE_HEADER}."
            raise InvalidInput(sentence, {WORKSPACE_HEADER: "missing"})
        mine = Membership.objects.filter(user=user).select_related("workspace")
        membership = mine.filter(workspace_id=wanted[:100]).first() if "\0" not in wanted else None
        if membership is None:
            raise Forbidden(NOT_YOURS, {WORKSPACE_HEADER: "not one of your workspaces"})
        scopes = Scope.values if membership.is_admin else [Scope.READ]
        actor = Actor(user=user, address=client_address(request._request))
        return user, Caller(membership.workspace, actor, frozenset(scopes))


def nothing(request: HttpRequest) -> HttpResponse:
    """A view for the check to look at: none of its exemptions holds for it."""
    return HttpResponse()


def enforce_csrf(request: HttpRequest) -> None:
    """The token by its header alone: looking for it in a form would take a file in before anyone is known."""
    check = CSRFCheck(nothing)
    check.process_request(request)
    request._post = QueryDict()  # type: ignore[attr-defined]
    try:
        refusal = check.process_view(request, nothing, (), {})
    finally:
        del request._post  # type: ignore[attr-defined]
    if refusal:
        raise Forbidden("The CSRF token is missing or wrong. Reload the page.", {"X-CSRFToken": "missing"})
