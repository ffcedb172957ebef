"""Words of file name, model and prompt, newest first, in bounded steps whatever a word's frequency.

The planner cannot be trusted with `search @@ q ORDER BY created_at LIMIT 51`: for a rare word it walks
millions of rows. So: (1) walk WALK rows of the list and look for the words there, which settles common
words and short lists; (2) ask the GIN index month by month, then in wider windows; (3) where a window
holds more than CAP hits, walk that window, which must then find a page soon.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, Max, Min, Q
from django.db.models.expressions import RawSQL

from assets.errors import InvalidInput, SearchTooSlow
from assets.models import Asset, AssetQuerySet
from assets.pagination import Cursor, ordered
from promptrails.workspaces.models import Workspace

WALK = 2_000
CAP = 10_000
RARE = 2
MAX_LENGTH = 200
MAX_WORDS = 20
WINDOWS = (1, 2, 9, 12, 24)  # months; what is left after them is one last window
WORD = re.compile(r"[^\W_]+")
TABLE = Asset._meta.db_table
# What filters and orders look at; the rest of a row need not be read for it.
FILTERED = "id, workspace_id, type, provider, model, agent_id, execution_id, created_at, file_size, file_name"


@dataclass(frozen=True)
class Hits:
    """Ids in list order, and how many match in all: a lower bound unless `exact`."""

    ids: list[str]
    total: int
    exact: bool


def words_query(text: str) -> str:
    """A to_tsquery text in which every word must occur, as a prefix unless it is one or two ASCII letters."""
    words = WORD.findall(text)
    if len(text) > MAX_LENGTH or len(words) > MAX_WORDS:
        raise InvalidInput(
            f"Search for at most {MAX_WORDS} words and {MAX_LENGTH} characters.", {"q": text[:50]}
        )
    return " & ".join(word if word.isascii() and len(word) < 3 else f"{word}:*" for word in words)


def find(
    workspace: Workspace, assets: AssetQuerySet, text: str, sort: str, cursor: Cursor | None, limit: int
) -> Hits:
    """The first `limit` of `assets` behind the cursor that hold every word of `text`.

    Raises InvalidInput for a text that is too long, SearchTooSlow when the database gave up.
    """
    query = words_query(text)
    if not query:
        return Hits([], 0, True)
    candidates = ordered(assets, sort, cursor)
    try:
        walked = walk(candidates, query, limit)
        if walked.exact or len(walked.ids) == limit:
            return walked
        in_time = sort.endswith("created_at")
        if walked.total <= RARE or not in_time:
            hits = by_index(candidates, query, within(workspace), limit, CAP if in_time else None)
            if hits.exact:
                return hits
        return by_windows(workspace, candidates, query, limit)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled: the statement timeout
            raise
        raise SearchTooSlow("This search took too long. Add a word or a filter to narrow it.") from error


def narrow(workspace: Workspace, assets: AssetQuerySet, text: str) -> AssetQuerySet:
    """Those of `assets` that hold every word of `text`, however many; raises InvalidInput."""
    query = words_query(text)
    holds = RawSQL(
        "search @@ (to_tsquery('simple', %s) && %s::tsquery)", [query, within(workspace)], BooleanField()
    )
    return assets.filter(holds) if query else assets.none()


def walk(candidates: AssetQuerySet, query: str, limit: int) -> Hits:
    """Looks at the next WALK rows of the list only; exact when the list ends within them."""
    sql, params = candidates.values("id", "search")[:WALK].query.sql_with_params()
    statement = f"""
        WITH walked AS MATERIALIZED ({sql}),
        hits AS MATERIALIZED (SELECT id FROM walked WHERE search @@ to_tsquery('simple', %s))
        SELECT (SELECT count(*) FROM walked), (SELECT count(*) FROM hits),
               ARRAY(SELECT id::text FROM hits LIMIT %s)
    """
    seen, total, ids = row(statement, [*params, query, limit])
    return Hits(ids, total, exact=seen < WALK)


def by_windows(workspace: Workspace, candidates: AssetQuerySet, query: str, limit: int) -> Hits:
    """Widening spans of months in list order until the page is full."""
    ids: list[str] = []
    total = 0
    for window in windows(workspace, candidates):
        rows, wanted = candidates.filter(window.rows), limit - len(ids)
        hits = by_index(rows, query, f"{within(workspace)} & ({window.lexemes})", wanted, CAP)
        if not hits.exact:
            hits = walk_all(rows, query, wanted)
        ids, total = ids + hits.ids, total + hits.total
        if len(ids) >= limit:
            return Hits(ids[:limit], total, exact=False)
    return Hits(ids, total, exact=True)


@dataclass(frozen=True)
class Window:
    """Some months of the list: their lexemes for the GIN index, and the same as a condition on rows."""

    lexemes: str
    rows: Q


def windows(workspace: Workspace, candidates: AssetQuerySet) -> Iterator[Window]:
    """The months between the oldest and newest asset, from the list's end that comes first."""
    ends = Asset.objects.in_workspace(workspace).aggregate(oldest=Min("created_at"), newest=Max("created_at"))
    if ends["oldest"] is None:
        return
    oldest, newest = month_number(ends["oldest"]), month_number(ends["newest"])
    descending = str(candidates.query.order_by[0]).startswith("-")
    done = 0
    for width in (*WINDOWS, newest - oldest + 1):
        width = min(width, newest - oldest + 1 - done)
        if width <= 0:
            return
        low = newest - done - width + 1 if descending else oldest + done
        yield months(low, low + width - 1)
        done += width


def months(low: int, high: int) -> Window:
    lexemes = "|".join(f"'m:{number}'" for number in range(low, high + 1))
    rows = Q(created_at__gte=month_start(low), created_at__lt=month_start(high + 1))
    return Window(lexemes, rows)


def within(workspace: Workspace) -> str:
    """The lexeme that every asset of the workspace carries (assets.models.SEARCH_SQL)."""
    return f"'w:{workspace.id}'"


def month_number(moment: datetime) -> int:
    moment = moment.astimezone(UTC)
    return moment.year * 12 + moment.month - 1


def month_start(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def by_index(candidates: AssetQuerySet, query: str, lexemes: str, limit: int, cap: int | None) -> Hits:
    """What the GIN index finds, put in list order; not exact when it found more than `cap`.

    The CTE takes the table's own name, so the filters of `candidates` apply to what was found and
    cannot draw the planner to another index.
    """
    sql, params = candidates.values("id").query.sql_with_params()
    statement = f"""
        WITH "{TABLE}" AS MATERIALIZED (
            SELECT {FILTERED} FROM "{TABLE}"
            WHERE search @@ (to_tsquery('simple', %s) && %s::tsquery) LIMIT %s),
        hits AS MATERIALIZED ({sql})
        SELECT (SELECT count(*) FROM "{TABLE}"), (SELECT count(*) FROM hits),
               ARRAY(SELECT id::text FROM hits LIMIT %s)
    """
    bound = None if cap is None else cap + 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(statement, [query, lexemes, bound, *params, limit])
        found, total, ids = cursor.fetchone() or (0, 0, [])
    return Hits(ids, total, exact=cap is None or found <= cap)


def walk_all(candidates: AssetQuerySet, query: str, limit: int) -> Hits:
    """Walks a window that is known to hold more than CAP hits, so that a page is found soon."""
    sql, params = candidates.values("id", "search").query.sql_with_params()
    statement = f"""
        SELECT ARRAY(SELECT id::text FROM ({sql}) walked WHERE search @@ to_tsquery('simple', %s) LIMIT %s)
    """
    (ids,) = row(statement, [*params, query, limit])
    return Hits(ids, len(ids) if len(ids) < limit else CAP, exact=len(ids) < limit)


def row(statement: str, params: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()
