"""PostgreSQL and SeaweedFS as child processes, for whoever has named no database or storage.

`provide` starts what is missing, or joins what another process of the same DATA_DIR started, and puts
the ordinary variables (DATABASE_URL, STORAGE_*) into the environment; nothing else knows of engines.
"""

import signal
import sys
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from promptrails.embedded import postgres, seaweedfs
from promptrails.embedded.locks import Users, starting

ROOT = Path(__file__).resolve().parent.parent.parent
STORAGE_DETAILS = (
    "STORAGE_ACCESS_KEY_ID",
    "STORAGE_SECRET_KEY",
    "STORAGE_REGION",
    "STORAGE_FORCE_PATH_STYLE",
)


def data_dir(environ: MutableMapping[str, str]) -> Path:
    return Path(environ.get("DATA_DIR", "").strip() or ROOT / ".data").resolve()


def is_production(environ: MutableMapping[str, str]) -> bool:
    return environ.get("DEBUG", "").strip().lower() in {"0", "false", "no", "off"}


def missing(environ: MutableMapping[str, str]) -> list[str]:
    """Which engines the environment does not name; in production none is ever started."""
    if is_production(environ):
        return []
    engines = [] if environ.get("DATABASE_URL", "").strip() else ["postgres"]
    named = any(environ.get(name, "").strip() for name in ("STORAGE_ENDPOINT", "STORAGE_BUCKET"))
    return engines if named else [*engines, "seaweedfs"]


@contextmanager
def provide(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Keeps the missing engines up while the body runs; the last one out stops them.

    Raises EngineError with a sentence when one does not start.
    """
    engines = missing(environ)
    if not engines:
        yield
        return
    folder = data_dir(environ)
    folder.mkdir(parents=True, exist_ok=True)
    users = Users(folder)
    stop_on_sigterm()
    try:
        with starting(folder):
            users.join()
            environ["DATA_DIR"] = str(folder)
            for engine in engines:
                environ.update(start(engine, folder))
        yield
    finally:
        with starting(folder):
            if users.leave_last():
                seaweedfs.stop(folder)
                postgres.stop(folder)


def start(engine: str, folder: Path) -> dict[str, str]:
    """Starts or joins one engine; the variables that name it."""
    if engine == "postgres":
        return {"DATABASE_URL": postgres.start(folder)}
    return seaweedfs.start(folder)


def stop_on_sigterm() -> None:
    """A command that is told to end leaves through `finally`, so that its engines stop too."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
