"""Requests whose Content-Type is out of the ordinary, told to the very application that servers load."""

import json
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from tests.api.calling import ASSETS, DELETE, FORM, JSON, field_part, file_part, form
from tests.factories import png

pytestmark = pytest.mark.django_db(transaction=True)
ODD = ["charset=base64", "charset=rot13", "charset=idna", "charset=utf-16", "charset*=utf-8''%00"]
BROKEN = "charset*=no''x"


class Server:
    """What a WSGI server does with one request; the answer's status and JSON."""

    def __init__(self, application: Any, secret: str) -> None:
        self.application = application
        self.secret = secret

    def send(self, method: str, path: str, content_type: str, body: bytes = b"") -> tuple[int, Any]:
        address, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": address, "QUERY_STRING": query, "HTTP_HOST": "testserver",
            "HTTP_X_API_KEY": self.secret, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1", "wsgi.input": BytesIO(body),
        }  # fmt: skip
        setup_testing_defaults(environ)
        statuses: list[str] = []
        chunks = self.application(environ, lambda status, headers: statuses.append(status))
        return int(statuses[0][:3]), json.loads(b"".join(chunks))


@pytest.fixture
def server(secret: str, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("SERVES_PAGES", "")  # the module sets it, for processes that only serve
    from promptrails.wsgi import application

    return Server(application, secret)


@pytest.mark.parametrize("parameter", [*ODD, BROKEN])
def test_a_query_and_json_are_utf_8_whatever_they_call_themselves(server: Server, parameter: str) -> None:
    status, body = server.send("GET", f"{ASSETS}?limit=1&q=%C3%A9", f"text/plain; {parameter}")
    assert (status, body["meta"]["limit"]) == (200, 1)
    status, body = server.send("POST", DELETE, f"{JSON}; {parameter}", b'{"ids": ["x"]}')
    assert (status, body["data"]["not_found"]) == (200, ["x"])


@pytest.mark.parametrize("parameter", ODD)
def test_a_form_is_utf_8_whatever_it_calls_itself(server: Server, parameter: str) -> None:
    body = form(field_part("prompt", "Kıyı"), file_part(png()))
    status, answer = server.send("POST", ASSETS, f"{FORM}; {parameter}", body)
    assert (status, answer["data"]["prompt"]) == (201, "Kıyı")


def test_a_form_with_a_broken_content_type_is_refused(server: Server) -> None:
    status, answer = server.send("POST", ASSETS, f"{FORM}; {BROKEN}", form(file_part(png())))
    assert (status, answer["error"]["code"]) == (400, "validation_error")


@pytest.mark.parametrize(
    "header", ["Content-Type: image/png; charset=base64", "Content-Transfer-Encoding: base64; x*=no''x"]
)
def test_what_the_headers_of_a_part_say_besides_breaks_nothing(server: Server, header: str) -> None:
    odd = field_part("provider", "fal").replace(b"\r\n\r\n", f"\r\n{header}\r\n\r\n".encode())
    status, _ = server.send("POST", ASSETS, FORM, form(odd, file_part(png())))
    assert status == 201
