"""How a log line looks: JSON for machines, plain for people; each says of which request or job it is."""

import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
job_id: ContextVar[int | None] = ContextVar("job_id", default=None)
FORMATS = {"json": "promptrails.monitoring.logs.JsonLines", "text": "promptrails.monitoring.logs.PlainLines"}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
NAMES = {"levelname": "level", "name": "logger", "exc_info": "traceback", "stack_info": "stack"}
# Lines may carry anything in `extra`; Django's carry the request with its query string. Only these are told.
TOLD = ("time", "level", "logger", "message", "traceback", "stack")
QUIETER = {
    "axes": "WARNING",
    "boto3": "WARNING",
    "botocore": "WARNING",  # at DEBUG it tells signatures and session tokens
    "django.request": "ERROR",  # a 4xx is told by its access line; a 5xx comes with its traceback
    "procrastinate": "WARNING",
    "s3transfer": "WARNING",
    "urllib3": "WARNING",
}


def configuration(form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING; `form` is one of FORMATS."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATS[form]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": quieter} for name, quieter in QUIETER.items()}
        | {"_granian": {"handlers": ["console"], "propagate": False}},  # the web server's, in its workers
    }


def at_hand() -> dict[str, object]:
    """Of which request or job a line is that is written now."""
    known = {"request_id": request_id.get(), "job_id": job_id.get()}
    return {name: value for name, value in known.items() if value is not None}


def access(record: logging.LogRecord) -> dict[str, object]:
    """The facts of an access line (promptrails.monitoring.requests), empty for any other."""
    return getattr(record, "access", {})


class JsonLines(JsonFormatter):
    """One JSON object a line, whatever it tells of: a traceback is a field."""

    def __init__(self) -> None:
        super().__init__(["levelname", "name", "message"], rename_fields=NAMES, timestamp="time")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        told = {name: log_data[name] for name in TOLD if log_data.get(name) is not None}
        return told | at_hand() | log_data.get("access", {})


class PlainLines(logging.Formatter):
    """Time, level, logger and message, then what else is known as name=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        who = {name: access(record).get(name) for name in ("user", "workspace", "address")}
        facts = {name: value for name, value in who.items() if value is not None} | at_hand()
        return " ".join(
            [super().formatMessage(record), *(f"{name}={value}" for name, value in facts.items())]
        )


async def name_job(call_next: Callable[[], Awaitable[Any]], context: Any, worker: object) -> Any:
    """A procrastinate worker's middleware; each job is an asyncio task, so the id goes with its end."""
    job_id.set(context.job.id)
    return await call_next()
