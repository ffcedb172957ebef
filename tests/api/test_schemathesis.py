"""The OpenAPI document against the running application: what it promises holds for whatever is sent."""

from collections import Counter
from socketserver import StreamRequestHandler
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from pytest_django.live_server_helper import LiveServer
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from assets.api.once import HEADER, KEY
from promptrails.workspaces.models import Workspace
from tests.factories import make_assets, png, store_asset

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
COMPLETE = "POST /api/v1/assets/uploads/{upload_id}/complete"
CONFIG: dict[str, Any] = {
    "seed": 1,
    "continue-on-failure": True,
    # Refused may be what no schema can tell: bytes that are no media, a cursor that was never given out.
    "checks": {"positive_data_acceptance": {"enabled": False}},
    "generation": {"deterministic": True, "max-examples": 80, "database": "none", "no-shrink": True},
}
Answers = Counter[tuple[str, int]]


def run(url: str, secret: str, workspace: Workspace) -> tuple[Answers, list[str]]:
    """Answers by operation and status, and what went against the document."""
    config = SchemathesisConfig.from_dict(CONFIG)
    config.projects.default.update(headers={"X-API-Key": secret}, parameters={"X-Workspace-ID": workspace.id})
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json", config=config)
    answers: Answers = Counter()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            answers.update(answers_of(event))
            wrong += faults_of(event)
    return answers, wrong


@schemathesis.hook("before_call")
def make_more_requests_succeed(context: object, case: schemathesis.Case, options: object) -> None:
    """Chance makes few files that are media, and the same few Idempotency-Keys again and again."""
    body: Any = case.body
    file = body.get("file") if isinstance(body, dict) else None
    if isinstance(file, str | bytes) and len(file) % 2:
        body["file"] = png()
    if KEY.fullmatch(str(case.headers.get(HEADER, ""))):
        case.headers[HEADER] = str(uuid4())


def answers_of(event: events.ScenarioFinished) -> Answers:
    sent = event.recorder.interactions.values()
    return Counter((event.recorder.label, one.response.status_code if one.response else 0) for one in sent)


def faults_of(event: events.ScenarioFinished) -> list[str]:
    checks = [check for checks in event.recorder.checks.values() for check in checks]
    return [
        f"{event.recorder.label}: {check.name}: {failed.failure}\n{failed.code_sample}"
        for check in checks
        if (failed := check.failure_info)
    ]


def test_what_the_document_promises_holds(
    live_server: LiveServer, acme: Workspace, secret: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StreamRequestHandler, "disable_nagle_algorithm", True)  # saves 40 ms a request
    settings.API_RATE_LIMIT = 1_000_000
    make_assets(acme, 30)
    store_asset(acme)
    answers, wrong = run(live_server.url, secret, acme)
    assert not wrong, "\n\n".join(wrong)[:20_000]
    assert answers.total() >= 1000
    assert not [status for _, status in answers if status >= 500 or not status]
    answered = {label for label, _ in answers} - {"Stateful tests"}
    accepted = {label for label, status in answers if 200 <= status < 300} - {"Stateful tests"}
    assert answered - accepted <= {COMPLETE}, "every other call did something"
    assert len(answered) == 8
