"""Embedded engines: a PostgreSQL and an S3 server of the app's own, for runs that name none.

`provide(environ)` is the door. It is called before Django's settings load, so that settings, web and
worker processes only ever see an ordinary environment.
"""

import signal
import sys
import threading
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from promptrails.embedded.engine import Engine, EngineError, unusable
from promptrails.embedded.locks import only_one
from promptrails.embedded.postgres import Postgres
from promptrails.embedded.seaweedfs import SeaweedFS
from promptrails.environment import Environment, Mode

__all__ = ["Engine", "EngineError", "Postgres", "SeaweedFS", "data_dir", "joined", "only_run", "provide"]

PROJECT = Path(__file__).resolve().parent.parent.parent
joined: list[Engine] = []  # by this process
STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def only_run(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Hold DATA_DIR for one `manage.py run`; raises EngineError when another has it."""
    folder = data_dir(environ)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = only_one(folder / "run.lock")
    except OSError as error:
        raise EngineError(unusable(folder, error)) from error
    if lock is None:
        raise EngineError(f"PromptRails Assets is running on {folder} already. Stop that first.")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def provide(environ: MutableMapping[str, str]) -> Iterator[list[Engine]]:
    """Start or join the engines that `environ` does not name, name them there, keep them while the body runs.

    They stop when the last process that joined them ends. Raises EngineError with a sentence.
    """
    engines = missing_engines(environ)
    stop_on_signals()
    if not engines:
        yield []
        return
    try:
        # At once: SeaweedFS takes a second, PostgreSQL needs only a part of it.
        with ThreadPoolExecutor(len(engines)) as pool:
            list(pool.map(Engine.join, engines))
        for engine in engines:
            environ.update(engine.variables())
        joined.extend(engines)
        yield engines
    finally:
        joined.clear()
        leave(engines)


def missing_engines(environ: MutableMapping[str, str]) -> list[Engine]:
    env = Environment(environ)
    if env.mode() is Mode.PRODUCTION:
        return []
    folder = data_dir(environ)
    engines: list[Engine] = []
    if not env.text("DATABASE_URL"):
        engines.append(Postgres(folder / "postgres"))
    if not env.text("STORAGE_ENDPOINT") and not env.text("STORAGE_BUCKET"):
        engines.append(SeaweedFS(folder / "seaweedfs"))
    return engines


def data_dir(environ: MutableMapping[str, str]) -> Path:
    """DATA_DIR, or `.data` beside manage.py."""
    return Path(Environment(environ).text("DATA_DIR", str(PROJECT / ".data"))).resolve()


def stop_on_signals() -> None:
    """Let a terminated process leave its engines in order: by default SIGTERM skips `finally`."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in stopping_signals():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, frame: sys.exit(128 + number))


def stopping_signals() -> list[signal.Signals]:
    return [getattr(signal, name) for name in STOPPING if hasattr(signal, name)]


def leave(engines: list[Engine]) -> None:
    """Give `engines` up; the last one out stops them."""
    with unstoppable(), ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(Engine.leave, engines))


@contextmanager
def unstoppable() -> Iterator[None]:
    """An impatient second Ctrl-C must not orphan what is being stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in stopping_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
