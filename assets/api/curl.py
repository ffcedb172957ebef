"""A call as a command that can be copied: curl, with the key in the environment."""

import json
import shlex
from typing import Any

KEY = '-H "X-API-Key: $PROMPTRAILS_API_KEY"'
BREAK = " \\\n  "


def command(
    server: str, path: str, method: str, parameters: list[dict[str, Any]], body: tuple[str, Any] | None
) -> str:
    """The request with whatever in the document has an example."""
    shown = [
        (one["in"], one["name"], one["schema"]["example"]) for one in parameters if "example" in one["schema"]
    ]
    address = server + path
    for place, name, value in shown:
        address = address.replace(f"{{{name}}}", value) if place == "path" else address
    asked = [f"-d {shlex.quote(f'{name}={value}')}" for place, name, value in shown if place == "query"]
    words = [shlex.quote(address), KEY, *asked, *(body_words(*body) if body else [])]
    return f"curl {verb(method, bool(asked), bool(body))}{BREAK.join(words)}"


def verb(method: str, has_query: bool, has_body: bool) -> str:
    """What curl must be told of the method: -G sends the data as the query, and data alone mean POST."""
    if method == "GET":
        return "-G " if has_query else ""
    return "" if has_body else f"-X {method} "


def body_words(media: str, value: dict[str, Any]) -> list[str]:
    if media == "application/json":
        return [f"-H 'Content-Type: {media}'", f"-d {shlex.quote(json.dumps(value, indent=2))}"]
    return [f"-F {shlex.quote(f'{name}={form_text(one)}')}" for name, one in value.items()]


def form_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def json_text(value: Any) -> str:
    """Laid out as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False)
