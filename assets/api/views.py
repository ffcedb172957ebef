"""What every address of the API has in common."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from assets.api.caller import Caller, KeyAuthentication, SessionAuthentication
from assets.errors import Forbidden, NotFound, TooLarge
from promptrails.workspaces.models import Scope

BODY_MAX = 1_000_000  # bytes of a JSON request: a thousand ids and long metadata fit many times over


class Strict(BaseParser):
    """A JSON object as RFC 8259 has it (no NaN), no longer than BODY_MAX."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(BODY_MAX + 1)
        if len(body) > BODY_MAX:
            raise TooLarge(f"A JSON request has {BODY_MAX:,} bytes at most.", {"body": "too long"})
        try:
            content = json.loads(body.decode(), parse_constant=refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("The request's body is not JSON.") from error
        if not isinstance(content, dict):
            raise ParseError("The request's body must be a JSON object.")
        return content


def refuse_constant(name: str) -> None:
    raise ValueError(name)


class WhateverAsked(BaseContentNegotiation):
    """Answers are JSON, whatever Accept says (RFC 9110, 12.4.1 lets a server disregard it)."""

    def select_parser(self, request: Request, parsers: list[BaseParser]) -> BaseParser | None:  # type: ignore[override]
        bare = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == bare), None)

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], "application/json"


def scope_for(method: str) -> Scope:
    return Scope.READ if method in SAFE_METHODS else Scope.WRITE


class ScopeNeeded(BasePermission):
    """Reading needs assets:read, everything else assets:write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        caller: Any = request.auth
        if caller is None:
            return False
        needed = scope_for(request.method or "")
        if needed not in caller.scopes:
            raise Forbidden(f"This needs the scope {needed.value}.", {"scope": needed.value})
        return True


class ApiView(APIView):
    """An address for callers with the right scope; `caller` says who, and in which workspace."""

    authentication_classes = (KeyAuthentication, SessionAuthentication)
    permission_classes = (ScopeNeeded,)
    parser_classes = (Strict,)
    content_negotiation_class = WhateverAsked
    http_method_names = ["get", "post", "delete", "head"]

    @property
    def caller(self) -> Caller:
        return self.request.auth  # type: ignore[return-value]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers differ by key and hold signed URLs: nobody keeps them."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        caller = getattr(request, "_auth", None)
        if caller and caller.quota:
            for name, value in caller.quota.headers().items():
                answer[name] = value
        return answer


class Nowhere(APIView):
    """Every other address below /api/: 404 in the envelope, for every method and without a key."""

    content_negotiation_class = WhateverAsked
    default_response_headers: dict[str, str] = {}
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is nothing at this address.")
