"""What a scrape asks the database: questions whose cost does not grow with the assets."""

import logging
from collections.abc import Callable, Iterator

import psycopg
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from assets.kinds import Kind
from promptrails.health import WORKER_SECONDS

log = logging.getLogger(__name__)
MOST = 100_000  # rows that are counted one by one
STATEMENT_SECONDS = 1
SIZES = "SELECT type, sum(assets)::bigint, sum(bytes)::bigint FROM assets_tally GROUP BY type"
REMOVALS = f"SELECT count(*) FROM (SELECT 1 FROM assets_removal LIMIT {MOST}) AS found"
OLDEST = "SELECT extract(epoch FROM now() - requested_at) FROM assets_removal ORDER BY id LIMIT 1"
UPLOADS = f"SELECT count(*) FROM (SELECT 1 FROM assets_upload LIMIT {MOST}) AS found"
# Both in the order of their partial indexes, which hold nothing else.
DUE = f"""
SELECT count(*) FILTER (WHERE next_attempt_at <= now()) FROM (
    SELECT next_attempt_at FROM assets_preview WHERE next_attempt_at IS NOT NULL
    ORDER BY asset_id DESC LIMIT {MOST}) AS found
"""
FAILED = f"""
SELECT count(*) FROM (
    SELECT 1 FROM assets_preview WHERE next_attempt_at IS NULL AND reason <> ''
    ORDER BY asset_id DESC LIMIT {MOST}) AS found
"""
WORKERS = f"""
SELECT count(*) FROM procrastinate_workers
WHERE last_heartbeat > now() - make_interval(secs => {WORKER_SECONDS})
"""


def gauge(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(f"promptrails_{name}", help, value=value)


def known_by(own: psycopg.Connection) -> Iterator[Metric]:
    """Each answer as it comes; a question that fails (a missing table, too slow) is left out."""
    for question in QUESTIONS:
        try:
            with own.transaction():
                own.execute(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'")
                answers = list(question(own))
        except psycopg.Error as error:
            log.warning("a scrape goes without %s: %s", question.__name__, error)
            continue
        yield from answers


def number(own: psycopg.Connection, query: str) -> float:
    """The one value that the query finds, 0 where it finds none."""
    row = own.execute(query).fetchone()
    return float(row[0]) if row else 0.0


def sizes(own: psycopg.Connection) -> Iterator[Metric]:
    """From the tallies: a row for each type, provider and model of a workspace, however many assets."""
    found = {kind: (assets, size) for kind, assets, size in own.execute(SIZES)}
    assets = GaugeMetricFamily("promptrails_assets", "Assets of all workspaces.", labels=["type"])
    stored = GaugeMetricFamily("promptrails_assets_bytes", "Bytes of their files.", labels=["type"])
    for kind in Kind.values:
        count, size = found.get(kind, (0, 0))
        assets.add_metric([kind], count)
        stored.add_metric([kind], size)
    yield from (assets, stored)


def removals(own: psycopg.Connection) -> Iterator[Metric]:
    help = f"Deleted objects that storage has not confirmed as gone (counted up to {MOST:,})."
    yield gauge("removals_pending", help, number(own, REMOVALS))
    help = "Age of the oldest removal that storage has not confirmed; 0 where there is none."
    yield gauge("removals_oldest_age_seconds", help, number(own, OLDEST))


def uploads(own: psycopg.Connection) -> Iterator[Metric]:
    help = f"Uploads that were begun and not finished or swept yet (counted up to {MOST:,})."
    yield gauge("uploads_unfinished", help, number(own, UPLOADS))


def previews(own: psycopg.Connection) -> Iterator[Metric]:
    help = f"Previews that a worker should make now, among the newest {MOST:,} to be made."
    yield gauge("previews_due", help, number(own, DUE))
    help = f"Assets whose file could not be previewed (counted up to {MOST:,})."
    yield gauge("previews_failed", help, number(own, FAILED))


def workers(own: psycopg.Connection) -> Iterator[Metric]:
    help = f"Workers that reported within the last {WORKER_SECONDS} seconds."
    yield gauge("workers", help, number(own, WORKERS))


QUESTIONS: list[Callable[[psycopg.Connection], Iterator[Metric]]] = [
    workers,
    sizes,
    removals,
    uploads,
    previews,
]
