"""The page at /api/docs: reads the OpenAPI document out to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from assets.api import examples
from assets.api.curl import command, json_text
from assets.api.documents import schema
from assets.api.faults import CODES

KINDS = {"date-time": "time", "uri": "URL", "binary": "file", "array": "list", "boolean": "true or false"}
PLACES = {"path": "In the path", "query": "In the query", "header": "Headers"}
ASSET, FAULT = "AssetSchema", "ErrorBody"


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body or an answer; `rules` are its bounds, in words."""

    name: str
    kind: str
    description: str
    required: bool
    rules: list[str]
    values: list[str]
    is_asset: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer by its status; those that tell of a fault have a code, and all the same shape."""

    status: str
    description: str
    code: str
    fields: list[Field]


@dataclass(frozen=True)
class Operation:
    """One call; `inputs` are lists of fields with a heading each, `request` is a command to copy."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    inputs: list[tuple[str, list[Field]]]
    answers: list[Answer]
    request: str
    answer: str


@dataclass(frozen=True)
class Group:
    name: str
    description: str
    operations: list[Operation]


@csrf_exempt  # another method is a 405, which Django would not get to say
@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Open to everyone: it tells what the API is, and nothing of any workspace."""
    server = request.build_absolute_uri("/").rstrip("/")
    context = {
        "server": server,
        "groups": groups(server),
        "asset": fields_of(named(ASSET)),
        "asset_example": json_text(examples.ASSET),
        "fault": fields_of(named(FAULT)),
        "limit": settings.API_RATE_LIMIT,
        "limit_text": f"{settings.API_RATE_LIMIT:,}",
        "left": settings.API_RATE_LIMIT - 1,
        "largest": f"{settings.UPLOAD_MAX_BYTES:,}",
    }
    return render(request, "api/docs.html", context)


def groups(server: str) -> list[Group]:
    """The operations under the tags of the document, in the order of both."""
    found = list(operations(server))
    return [
        Group(tag["name"], tag["description"], [one for name, one in found if name == tag["name"]])
        for tag in schema()["tags"]
    ]


def operations(server: str) -> Iterator[tuple[str, Operation]]:
    for path, methods in schema()["paths"].items():
        for method, told in methods.items():
            yield told["tags"][0], operation(server, path, method.upper(), told)


def operation(server: str, path: str, method: str, told: dict[str, Any]) -> Operation:
    answers = [answer(status, one) for status, one in told["responses"].items()]
    shown = next((example_of(one) for one in told["responses"].values()), None)
    return Operation(
        id=told["operationId"],
        method=method,
        path=path,
        summary=told["summary"],
        description=told["description"],
        scope=told["x-scope"],
        inputs=[(heading, fields) for heading, fields in inputs(told) if fields],
        answers=answers,
        request=command(server, path, method, told["parameters"], body_example(told)),
        answer=json_text(shown) if shown else "",
    )


def inputs(told: dict[str, Any]) -> Iterator[tuple[str, list[Field]]]:
    """Parameters by their place, and between query and headers the body, as one writes a request."""
    for place in ("path", "query"):
        yield PLACES[place], [parameter(one) for one in told["parameters"] if one["in"] == place]
    for media, content in told.get("requestBody", {}).get("content", {}).items():
        yield f"Body, {media}", sorted(fields_of(content["schema"]), key=lambda field: not field.required)
    yield PLACES["header"], [parameter(one) for one in told["parameters"] if one["in"] == "header"]


def parameter(one: dict[str, Any]) -> Field:
    return field(one["name"], one["schema"], one["description"], one.get("required", False))


def answer(status: str, told: dict[str, Any]) -> Answer:
    if int(status) >= 400:
        return Answer(status, told["description"], CODES[int(status)][0], [])
    bodies = [content["schema"] for content in told.get("content", {}).values()]
    fields = [one for body in bodies for one in flat(resolved(body)["properties"])]
    return Answer(status, told["description"], "", fields)


def flat(properties: dict[str, Any], before: str = "") -> Iterator[Field]:
    """The fields of an answer with dots between the levels; an asset's own stand once on the page."""
    for name, told in properties.items():
        inner = resolved(told.get("items", told))
        if inner is named(ASSET) or "properties" not in inner:
            yield field(before + name, told, told.get("description", ""), True)
        else:
            yield from flat(inner["properties"], f"{before}{name}.")


def fields_of(told: dict[str, Any]) -> list[Field]:
    whole = resolved(told)
    required = whole.get("required", [])
    return [
        field(name, one, one.get("description", ""), name in required)
        for name, one in whole["properties"].items()
    ]


def field(name: str, told: dict[str, Any], description: str, required: bool) -> Field:
    whole = resolved(told)
    inner = resolved(whole.get("items", whole))
    is_asset = inner is named(ASSET)
    values = [str(value) for value in whole.get("enum", [])]
    return Field(name, kind(whole), description, required, list(rules(whole)), values, is_asset)


def kind(told: dict[str, Any]) -> str:
    """What a value is, in words."""
    bare = KINDS.get(told.get("format", ""), KINDS.get(told["type"], told["type"]))
    if told["type"] == "array":
        inner = resolved(told["items"])
        bare = "list of assets" if inner is named(ASSET) else f"list of {inner['type']}s"
    elif told is named(ASSET):
        bare = "asset"
    return f"{bare} or null" if told.get("nullable") else bare


def rules(told: dict[str, Any]) -> Iterator[str]:
    """The bounds that a reader must keep to; an integer that only has to fit has none."""
    low, high = told.get("minimum"), told.get("maximum")
    if low is not None and high is not None and high < 2**53:
        yield f"{low:,} to {high:,}"
    elif low is not None:
        yield f"{low:,} or more"
    if "maxLength" in told:
        yield f"{told.get('minLength', 0) or 'up'} to {told['maxLength']:,} characters"
    if "maxItems" in told:
        yield f"{told.get('minItems', 0)} to {told['maxItems']:,} of them"
    if "default" in told and told["default"] != {}:
        yield f"default {told['default']}"


def named(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["components"]["schemas"][name]
    return found


def resolved(told: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference stands for; a sole member of allOf is one with a description beside it."""
    if "allOf" in told:
        return {**resolved(told["allOf"][0]), **{name: told[name] for name in told if name != "allOf"}}
    return named(told["$ref"].rpartition("/")[2]) if "$ref" in told else told


def body_example(told: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The media type and the value of a request that could be sent."""
    for media in told.get("requestBody", {}).get("content", {}):
        return media, told["x-example"]
    return None


def example_of(told: dict[str, Any]) -> Any:
    for content in told.get("content", {}).values():
        for example in content.get("examples", {}).values():
            return example["value"]
    return None
