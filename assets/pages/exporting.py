"""Records as CSV or JSON lines, streamed: as many as there are, in memory that does not grow."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from assets.delivery import attachment
from assets.errors import InvalidInput
from assets.filters import AssetFilter
from assets.ingest import FORMULA
from assets.models import Asset
from assets.pages.streamed import Streamed
from promptrails.workspaces.access import WorkspaceRequest, member_required

# The names that a manifest for import_assets takes (docs/importing.md).
COLUMNS = (
    "id", "execution_id", "agent_id", "type", "provider", "model", "prompt", "file_name", "file_size",
    "content_type", "storage_key", "checksum", "width", "height", "duration", "created_at", "metadata",
)  # fmt: skip
Row = dict[str, Any]
Writer = Callable[[Iterator[Row], Sequence[str]], Iterator[str]]
COMPUTED = re.compile(f"'*[{FORMULA}]")  # with what looks guarded already, so that an import can tell
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
    return f"'{shown}" if isinstance(value, str) and COMPUTED.match(shown) else shown


FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}


@require_safe
@member_required
def asset_export(request: WorkspaceRequest, workspace: str) -> StreamingHttpResponse:
    """The records that a list shows, all of them, in its order."""
    asset_filter = AssetFilter(request.membership.workspace, request.GET)
    if not asset_filter.is_valid():
        raise InvalidInput(" ".join(chain.from_iterable(asset_filter.errors_by_field.values())))
    asset_filter.matching()  # an impossible search is told now, not in the middle
    rows = map(record_of, asset_filter.every(tuple(name for name in COLUMNS if name != "prompt")))
    return export(rows, COLUMNS, request.GET.get("format", "csv"), f"{workspace}-assets")


def record_of(asset: Asset) -> Row:
    return {name: getattr(asset, name) for name in COLUMNS} | {"created_at": asset.created_at.isoformat()}


def export(rows: Iterator[Row], columns: Sequence[str], wanted: str, name: str) -> StreamingHttpResponse:
    """A download; raises InvalidInput for another format."""
    if wanted not in FORMATS:
        raise InvalidInput("An export is csv or jsonl.", {"format": wanted[:20]})
    content_type, write = FORMATS[wanted]
    response = StreamingHttpResponse(Streamed(write(rows, columns)), content_type=content_type)
    response["Content-Disposition"] = attachment(f"{name}.{wanted}")
    response["Cache-Control"] = "no-store"
    return response
