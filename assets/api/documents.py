"""The OpenAPI document."""

import json
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from assets.api.views import scope_for


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "assets.api.caller.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A workspace's API key"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "assets.api.caller.SessionAuthentication"
    name = "Session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "session",
            "description": "A signed-in browser, with X-Workspace-ID, and X-CSRFToken for changes",
        }


@cache
def schema() -> dict[str, Any]:
    """Made once a process: it depends on the code and the settings alone. Nobody may change it."""
    made = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
    for path in made["paths"].values():
        for method, operation in path.items():
            operation["x-scope"] = scope_for(method.upper())
            for parameter in operation["parameters"]:
                if parameter["in"] == "query":
                    parameter["allowEmptyValue"] = True  # the same as if it were not sent
    return made


@cache
def document() -> bytes:
    return json.dumps(schema()).encode()


@csrf_exempt  # another method is a 405, which Django would not get to say
@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(document(), "application/json", headers={"Cache-Control": "public, max-age=300"})
