"""What a manifest says of files, in JSON lines or CSV: read and checked whole before anything is imported."""

import csv
import json
import math
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from assets.errors import InvalidInput
from assets.ingest.facts import AssetFacts, check, is_storable
from assets.kinds import Kind

# Other names of a field, as the API writes them: what it lists can be a manifest.
ALIASES = {
    "storage_key": "file", "storage_path": "file", "media_type": "type", "mime_type": "content_type",
    "size": "file_size",
}  # fmt: skip
LEFT_ALONE = {"workspace_id", "updated_at", "preview_status", "checksum"}
FAULTS_SHOWN = 20
# What a spreadsheet would take for a formula (OWASP, "CSV Injection"); our exports put a ' before it.
FORMULA = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
GUARDED = re.compile(f"'+[{FORMULA}]")
TABLE = """
CREATE TABLE entry (
    file TEXT PRIMARY KEY, line INTEGER, id TEXT UNIQUE, size INTEGER, facts TEXT, seen INTEGER DEFAULT 0
) WITHOUT ROWID
"""


class Entry(NamedTuple):
    """What a line says of its file; `size` in bytes, None where it does not say."""

    line: int
    facts: AssetFacts
    size: int | None


class Manifest:
    """The lines of a manifest by the file that each is about; millions of them take disk, not memory."""

    def __init__(self, path: Path) -> None:
        """Raises InvalidInput whose message names each wrong line (the first twenty)."""
        self.path = path
        self._entries = sqlite3.connect("")  # a private file that ends with the connection
        self._entries.execute(TABLE)
        faults = []
        for line, row in rows(path):
            try:
                self._keep(line, row)
            except InvalidInput as fault:
                faults.append(f"line {line}: {fault.message}")
                if len(faults) == FAULTS_SHOWN:
                    faults.append("and perhaps more")
                    break
        if faults:
            raise InvalidInput(f"{path} is not right, and nothing was imported:\n  " + "\n  ".join(faults))

    def _keep(self, line: int, row: Mapping[str, Any]) -> None:
        file, size, facts = parsed(row)
        values = (file, line, facts.id, size, json.dumps(facts.as_json()))
        try:
            self._entries.execute(
                "INSERT INTO entry (file, line, id, size, facts) VALUES (?, ?, ?, ?, ?)", values
            )
        except sqlite3.IntegrityError as error:
            raise InvalidInput("The file or the id of this line stands in an earlier one too.") from error

    def take(self, *names: str) -> Entry | None:
        """What is said of the file that goes by one of these names, the first that is found."""
        for name in filter(is_storable, names):
            found = self._entries.execute(
                "UPDATE entry SET seen = 1 WHERE file = ? RETURNING line, facts, size", (name,)
            ).fetchone()
            if found:
                return Entry(found[0], AssetFacts.from_json(json.loads(found[1])), found[2])
        return None

    def unseen(self) -> Iterator[tuple[int, str]]:
        """Line and file of each entry that nothing has asked for."""
        yield from self._entries.execute("SELECT line, file FROM entry WHERE NOT seen ORDER BY line")


def rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row with its line's number; raises InvalidInput for what is no such file at all."""
    readers = {".csv": csv_rows, ".jsonl": json_rows, ".ndjson": json_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInput(f"A manifest's name ends in .jsonl, .ndjson or .csv; “{path.name}” does not.")
    try:
        yield from reader(path)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not written in UTF-8.") from error
    except csv.Error as error:
        raise InvalidInput(f"{path} cannot be read as CSV: {error}.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    csv.field_size_limit(10_000_000)  # characters; a prompt may be long
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)  # an open quote would swallow the lines after it
        for row in reader:
            yield reader.line_num, {name: unguarded(value) for name, value in row.items() if value}


def unguarded(value: Any) -> Any:
    """Without the ' that an export puts before what a spreadsheet would compute."""
    return value[1:] if isinstance(value, str) and GUARDED.match(value) else value


def json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for line, text in enumerate(file, 1):
            if text.strip():
                try:
                    row = json.loads(text)
                except (ValueError, RecursionError):
                    row = None
                yield line, row if isinstance(row, dict) else {"": text[:40]}


def parsed(row: Mapping[str, Any]) -> tuple[str, int | None, AssetFacts]:
    """File, size (bytes) and facts of one row; raises InvalidInput."""
    if None in row:  # csv.DictReader's name for what is beyond the header
        raise InvalidInput("It has more values than the header has names.")
    if "" in row:
        raise InvalidInput("It is not a JSON object.")
    told = {ALIASES.get(name, name): value for name, value in row.items() if value is not None}
    told |= {name: value for name, value in row.items() if name not in ALIASES and value is not None}
    values = {}
    for name, value in told.items():
        if name not in LEFT_ALONE:
            values[name] = read(name, value)
    file, size = values.pop("file", ""), values.pop("file_size", None)
    if not file or not is_storable(file):
        raise InvalidInput("It names no file: “file” is the path in the folder, or the object's key.")
    named = {name: values.pop(name, "") for name in ("model", "prompt")}
    values["metadata"] = values.get("metadata", {}) | {name: told for name, told in named.items() if told}
    facts = AssetFacts(**{"file_name": file.rpartition("/")[2][-255:]} | values)
    check(facts)
    return file, size, facts


def read(name: str, value: Any) -> Any:
    reader = READERS.get(name)
    if reader is None:
        raise InvalidInput(f"“{name[:40]}” is no field of an asset.")
    try:
        return reader(value)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput(f"{name} cannot be “{str(value)[:60]}”.") from error


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def whole(least: int, most: int) -> Callable[[Any], int]:
    def number(value: Any) -> int:
        if isinstance(value, bool | float) or not least <= int(value) <= most:
            raise ValueError
        return int(value)

    return number


def seconds(value: Any) -> float:
    if isinstance(value, bool) or not 0 <= float(value) < math.inf:
        raise ValueError
    return float(value)


def moment(value: Any) -> datetime:
    """ISO 8601; in UTC where it names no offset."""
    at = datetime.fromisoformat(text(value))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def kind(value: Any) -> str:
    return Kind("audio" if value == "speech" else value).value


def json_object(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise TypeError
    return found


TEXTS = (
    "file", "id", "file_name", "content_type", "provider", "execution_id", "agent_id", "model", "prompt",
)  # fmt: skip
READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(TEXTS, text),
    "created_at": moment,
    "type": kind,
    "metadata": json_object,
    "width": whole(1, 2**31 - 1),
    "height": whole(1, 2**31 - 1),
    "duration": seconds,
    "file_size": whole(0, 2**63 - 1),
}
