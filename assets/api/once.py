"""Idempotency-Key: a request that was answered is answered the same for a day, and done once.

draft-ietf-httpapi-idempotency-key-header: another request with the same key is 422, one that comes while
the first is under way 409. What failed is not kept, so that it can be tried again with the same key.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from assets.api.caller import Caller
from assets.errors import Conflict, InvalidInput, KeyReused, LengthRequired
from assets.locks import session_lock
from assets.models import IdempotentAnswer
from promptrails.workspaces.models import Workspace

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass
class Once:
    """One use of a key: the answer that it had, if any, and the place to keep one. No key: neither."""

    workspace: Workspace
    key: str
    answer: IdempotentAnswer | None = None

    def replay(self, fingerprint: str) -> Response:
        """The answer again; raises KeyReused for another request than the one that it answered."""
        assert self.answer
        if self.answer.fingerprint != fingerprint:
            raise KeyReused("This Idempotency-Key came before with another request.", {HEADER: "reused"})
        return Response(self.answer.body, self.answer.status, headers={"Idempotency-Replayed": "true"})

    def keep(self, fingerprint: str, status: int, body: object) -> None:
        """In the transaction of what was done, where there is one."""
        if self.key:
            IdempotentAnswer.objects.create(
                workspace=self.workspace, key=self.key, fingerprint=fingerprint, status=status, body=body
            )


@contextmanager
def once(request: Request, workspace: Workspace) -> Iterator[Once]:
    """The key of the request, for it alone while it lasts; raises InvalidInput or Conflict."""
    key = key_of(request)
    if not key:
        yield Once(workspace, "")
        return
    with locked(f"{workspace.id} {key}"):
        mine = IdempotentAnswer.objects.filter(workspace=workspace, key=key)
        mine.filter(created_at__lte=timezone.now() - KEPT).delete()
        yield Once(workspace, key, mine.first())


def key_of(request: Request) -> str:
    """The key, with or without the quotes of a structured field (RFC 9651, 3.3.3)."""
    text = request.headers.get(HEADER)
    if text is None:
        return ""
    key = text.strip()
    key = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not KEY.fullmatch(key):
        raise InvalidInput("An Idempotency-Key has 1 to 255 visible ASCII characters.", {HEADER: "malformed"})
    return key


@contextmanager
def locked(name: str) -> Iterator[None]:
    with session_lock(name) as ours:
        if not ours:
            raise Conflict(
                "A request with this Idempotency-Key is under way. Try again when it has been answered.",
                {HEADER: "under way"},
            )
        yield


def fingerprint_of(request: Request, content: Mapping[str, object] | list[object]) -> str:
    """What tells a request from another: method, address and content, however the body was encoded."""
    told = [request.method, request.path, content]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def answered_once(request: Request, caller: Caller, answer: Callable[[], tuple[int, Any]]) -> Response:
    """A JSON request's answer, `answer` being asked for status and body unless the key has had one.

    What it does and that it did it are one transaction: whoever comes again after a crash finds both or
    neither.
    """
    check_length(request)
    with once(request, caller.workspace) as use:
        fingerprint = fingerprint_of(request, request.data) if use.key else ""
        if use.answer:
            return use.replay(fingerprint)
        with transaction.atomic():
            status, body = answer()
            use.keep(fingerprint, status, body)
        return Response(body, status)


def check_length(request: Request) -> None:
    """Raises LengthRequired for a body in chunks: of those the application is shown nothing."""
    if request.headers.get("Transfer-Encoding"):
        raise LengthRequired("Send the request with a Content-Length.", {"Content-Length": "missing"})


def forget_old_answers() -> int:
    """Deletes what nobody can ask for any more; how many."""
    deleted, _ = IdempotentAnswer.objects.filter(created_at__lte=timezone.now() - KEPT).delete()
    return deleted
