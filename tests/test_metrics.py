"""/metrics: who may scrape it, what it tells, and what it still tells while the engines are away."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from assets import previewing, storage
from assets.errors import StorageUnavailable
from assets.models import Asset, Preview, PreviewStatus, Removal, Upload
from promptrails.monitoring import gauges
from promptrails.workspaces.models import Workspace
from tests.factories import make_asset
from tests.test_health import beat, database_at

TOKEN = "a-token-for-prometheus"
OF_DATABASE = ("assets", "removals", "uploads", "previews", "workers")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture(autouse=True)
def _workers() -> Iterator[None]:
    """None but those of a test: pytest-django empties Django's own tables alone."""
    forget_workers()
    yield
    forget_workers()


def forget_workers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


def scrape() -> dict[str, Metric]:
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    return {family.name: family for family in text_string_to_metric_families(response.content.decode())}


def value(name: str, **labels: str) -> float:
    """The sample of that name, 0 where there is none."""
    samples = [sample for family in scrape().values() for sample in family.samples]
    wanted = (f"promptrails_{name}", labels)
    return sum(sample.value for sample in samples if (sample.name, sample.labels) == wanted)


def requests_to(view: str, method: str = "GET", status: str = "2xx") -> float:
    return value("http_requests_total", view=view, method=method, status=status)


def test_without_a_token_set_there_is_nothing_at_the_address(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for given in ("", "Bearer ", f"Bearer {TOKEN}"):
        assert Client().get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize("given", ["", TOKEN, "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer ümlaut"])
def test_another_token_is_told_how_to_ask(given: str) -> None:
    response = Client().get("/metrics", headers={"Authorization": given})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert b"promptrails_" not in response.content


def test_the_scheme_may_be_written_in_any_case_and_nothing_keeps_the_answer() -> None:
    response = Client().get("/metrics", headers={"Authorization": f"bearer {TOKEN}"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_every_metric_says_what_it_is_in_base_units() -> None:
    beat()
    ours = {name: family for name, family in scrape().items() if name.startswith("promptrails_")}
    assert len(ours) == 13
    for name, family in ours.items():
        assert family.documentation.endswith("."), name
        assert not name.endswith(("_ms", "_kb", "_minutes", "_count", "_total")), name
        assert family.type in {"counter", "gauge", "histogram"}, name


def test_assets_and_bytes_are_told_by_type(acme: Workspace, other: Workspace) -> None:
    make_asset(acme, type="image", file_size=300)
    make_asset(other, type="image", file_size=40)
    make_asset(acme, type="video", file_size=9_000)
    assert value("assets", type="image") == 2
    assert value("assets_bytes", type="image") == 340
    assert value("assets_bytes", type="video") == 9_000
    assert {sample.labels["type"]: sample.value for sample in scrape()["promptrails_assets"].samples} == {
        "audio": 0,
        "image": 2,
        "video": 1,
    }


def test_removals_are_counted_and_the_oldest_has_an_age(acme: Workspace) -> None:
    assert (value("removals_pending"), value("removals_oldest_age_seconds")) == (0, 0)
    for hours in (3, 1):
        requested = timezone.now() - timedelta(hours=hours)
        asset = make_asset(acme)
        Removal.objects.create(
            workspace=acme, asset_id=asset.pk, storage_key=asset.storage_key, requested_at=requested
        )
    assert value("removals_pending") == 2
    assert 3 * 3600 <= value("removals_oldest_age_seconds") < 4 * 3600


def test_unfinished_uploads_are_counted(acme: Workspace) -> None:
    Upload.objects.create(workspace=acme, storage_key="assets/a")
    assert value("uploads_unfinished") == 1


def test_previews_due_and_failed_are_counted(acme: Workspace) -> None:
    assets = [make_asset(acme) for _ in range(4)]
    failed, later, *_ = (Preview.objects.get(asset=asset) for asset in assets)
    previewing.end(failed, PreviewStatus.FAILED, reason="It is broken.")
    Preview.objects.filter(pk=later.pk).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert (value("previews_due"), value("previews_failed")) == (2, 1)


def test_workers_that_were_heard_of_lately_are_counted() -> None:
    beat()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
    assert value("workers") == 1


def test_requests_are_counted_and_timed_by_the_name_of_their_address(ada: Any, acme: Workspace) -> None:
    counted = requests_to("workspaces", status="3xx"), requests_to("healthz")
    timed = value("http_request_duration_seconds_count", view="healthz", method="GET")
    Client().get("/workspaces/")
    Client().get("/healthz")
    assert (requests_to("workspaces", status="3xx"), requests_to("healthz")) == (
        counted[0] + 1,
        counted[1] + 1,
    )
    assert value("http_request_duration_seconds_count", view="healthz", method="GET") == timed + 1


def test_what_a_visitor_makes_up_adds_no_series() -> None:
    unknown = requests_to("unknown", status="4xx")
    for path in ("/one", "/two", "/w/%0a/three"):
        Client().get(path)
    assert requests_to("unknown", status="4xx") == unknown + 3
    other = requests_to("unknown", "other", "4xx")
    Client().generic("BREW", "/pot")
    assert requests_to("unknown", "other", "4xx") == other + 1


def away(*args: object, **kwargs: object) -> None:
    raise EndpointConnectionError(endpoint_url="http://storage")


def test_an_operation_that_storage_failed_is_counted_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: value("storage_failures_total", operation=name) for name in ("head", "list_objects")}
    with monkeypatch.context() as patch:
        patch.setattr(storage.client()._endpoint, "make_request", away)
        with pytest.raises(StorageUnavailable):
            storage.head("a")
        with pytest.raises(StorageUnavailable):
            list(storage.list_objects())
    for name, count in before.items():
        assert value("storage_failures_total", operation=name) == count + 1


def test_an_operation_that_never_failed_is_told_as_zero() -> None:
    operations = {sample.labels["operation"] for sample in scrape()["promptrails_storage_failures"].samples}
    assert {"put", "head", "remove", "send", "close", "list_objects"} <= operations


def test_without_the_database_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with database_at(monkeypatch, "127.0.0.1", 1):
        found = scrape()
    assert found["promptrails_database_up"].samples[0].value == 0
    assert found["promptrails_storage_up"].samples[0].value == 1
    assert "promptrails_http_requests" in found
    assert not [name for name in found if name.startswith(tuple(f"promptrails_{one}" for one in OF_DATABASE))]


def test_engines_that_never_answer_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(storage, "is_reachable", lambda: let_go.wait(60))
    try:
        found = scrape()
        assert not let_go.is_set()
    finally:
        let_go.set()
    assert found["promptrails_storage_up"].samples[0].value == 0
    assert found["promptrails_database_up"].samples[0].value == 1
    assert "promptrails_assets" in found


def test_a_question_that_fails_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "REMOVALS", "SELECT count(*) FROM a_table_that_is_missing")
    found = scrape()
    assert "promptrails_removals_pending" not in found
    assert {"promptrails_workers", "promptrails_assets", "promptrails_previews_failed"} <= set(found)


@pytest.mark.parametrize(
    ("question", "index"),
    [(gauges.DUE, "preview_due"), (gauges.FAILED, "preview_failed"), (gauges.OLDEST, "assets_removal_pkey")],
)
def test_a_question_about_many_rows_reads_an_index_of_few(question: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            cursor.execute("EXPLAIN " + question)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        finally:
            cursor.execute("RESET enable_seqscan")
    assert index in plan


def test_a_scrape_never_asks_the_table_of_assets() -> None:
    for name in ("SIZES", "REMOVALS", "OLDEST", "UPLOADS", "DUE", "FAILED", "WORKERS"):
        assert Asset._meta.db_table not in getattr(gauges, name), name
