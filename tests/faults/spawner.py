"""Forks processes of the app that die where they are told to: `python -m tests.faults.spawner SOCKET-FD`.

It has imported everything and talks to nobody, so a fork of it is a fresh process in milliseconds: a web
server on the socket, or a worker. Orders come as lines of JSON, and each is answered by one.
"""

import json
import mmap
import os
import random
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import django
import psycopg
from botocore.httpsession import URLLib3Session
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

COUNT = struct.Struct("q")
counted = mmap.mmap(-1, COUNT.size)  # shared with the forks: how many steps the last of them has taken


def arm(fatal: int) -> None:
    """A step is a word to PostgreSQL, a request to storage or an answer; SIGKILL comes right before one.

    After the last words of a step and before the next one nothing changes that others see.
    """
    counted[:] = COUNT.pack(0)

    def step() -> None:
        (so_far,) = COUNT.unpack(counted[:])
        counted[:] = COUNT.pack(so_far + 1)
        if so_far + 1 == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in ((psycopg.Connection, "wait"), (URLLib3Session, "send"), (Quiet, "answering")):
        setattr(owner, name, after(step, getattr(owner, name)))


def after(step: Callable[[], None], call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def counting(*args: Any, **options: Any) -> Any:
        step()
        return call(*args, **options)

    return counting


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def answering(self) -> None:
        """Django has made its answer, and nothing of it was sent."""


class Server(ThreadedWSGIServer):
    daemon_threads = True


def serve(listening: socket.socket) -> None:
    from promptrails.wsgi import application

    server = Server(("127.0.0.1", 0), Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_address = listening.getsockname()
    server.server_name, server.server_port = "127.0.0.1", listening.getsockname()[1]
    server.setup_environ()

    def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = application(environ, start_response)
        Quiet.answering(None)  # type: ignore[arg-type]
        return answer

    server.set_app(answered)
    server.serve_forever(poll_interval=0.05)


def work() -> None:
    """What a worker does, without its pauses."""
    from assets import bulk, deletion, ingest, previewing
    from assets.previews import Sandbox

    sandbox = Sandbox()
    while True:
        bulk.run_due()
        deletion.remove_due()
        ingest.sweep_intents()
        for _ in previewing.make_due(sandbox):
            bulk.run_due()
        time.sleep(0.01)


def delete_in_bulk() -> None:
    from assets import bulk

    bulk.run_due()


def make_previews() -> None:
    from assets import previewing
    from assets.previews import Sandbox

    for _ in previewing.make_due(Sandbox()):
        pass


def clean_up() -> None:
    from assets import deletion, ingest

    ingest.sweep_intents()
    ingest.sweep_signed_puts()
    deletion.remove_due()


def expire() -> None:
    from assets import retention

    retention.run_due()


DEEDS = {deed.__name__: deed for deed in (work, delete_in_bulk, make_previews, clean_up, expire)}


def fork(order: dict[str, Any], listening: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        random.seed()
        from assets import bulk, deletion

        bulk.AT_ONCE, deletion.BATCH = 3, 5  # a deletion of a few is one of many batches
        arm(order.get("step", 0))
        serve(listening) if order["deed"] == "serve" else DEEDS[order["deed"]]()
        code = 0
    except Exception:  # noqa: BLE001 - the test sees the code, and a person this
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    django.setup()
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    import assets.tasks  # noqa: F401
    import promptrails.wsgi  # noqa: F401
    from assets import storage

    if "TRANSFER_TIMEOUT" in os.environ:
        module: Any = sys.modules["assets.storage.client"]
        module.TRANSFER_TIMEOUT = int(os.environ["TRANSFER_TIMEOUT"])
    storage.client(), storage.transfer_client(), storage.public_base()  # made, and not connected

    listening = socket.socket(fileno=int(sys.argv[1]))
    for line in sys.stdin:
        order = json.loads(line)
        if order["deed"] == "wait":
            _, status = os.waitpid(order["pid"], 0)
            said = {"code": os.waitstatus_to_exitcode(status), "steps": COUNT.unpack(counted[:])[0]}
        else:
            said = {"pid": fork(order, listening)}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
