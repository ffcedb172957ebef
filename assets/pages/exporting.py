"""Records as CSV or JSON lines, streamed: as many as there are, in memory that does not grow."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from assets.delivery import attachment
from assets.errors import InvalidInput

Row = dict[str, Any]
Writer = Callable[[Iterator[Row], Sequence[str]], Iterator[str]]
# What a spreadsheet would take for a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r")
PIECE = 500  # rows written at once


def as_json_lines(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[str]:
    """Exactly what is recorded, an object a line (jsonlines.org)."""
    for row in rows:
        yield json.dumps({name: row[name] for name in columns}, ensure_ascii=False, default=str) + "\n"


def as_csv(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[str]:
    """RFC 4180, with a byte order mark for spreadsheets; what they would compute gets a ' before it."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(row[name]) for name in columns])
        if number % PIECE == 0:
            yield taken(text)
    yield taken(text)


def taken(text: io.StringIO) -> str:
    value = text.getvalue()
    text.seek(0)
    text.truncate()
    return value


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list | bool):
        return json.dumps(value, ensure_ascii=False)
    shown = str(value)
    return f"'{shown}" if isinstance(value, str) and shown.startswith(FORMULA) else shown


FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}


def export(rows: Iterator[Row], columns: Sequence[str], wanted: str, name: str) -> StreamingHttpResponse:
    """A download; raises InvalidInput for another format."""
    if wanted not in FORMATS:
        raise InvalidInput("An export is csv or jsonl.", {"format": wanted[:20]})
    content_type, write = FORMATS[wanted]
    response = StreamingHttpResponse(write(rows, columns), content_type=content_type)
    response["Content-Disposition"] = attachment(f"{name}.{wanted}")
    response["Cache-Control"] = "no-store"
    return response
