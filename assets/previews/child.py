"""The other side of the sandbox: a warm process that forks a confined one for each file.

`python -m assets.previews.child FD`: on the socket FD come jobs, one at a time. Imports are paid once; a
fork costs some milliseconds. Nothing of a file survives its process.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from typing import Any, BinaryIO, cast

os.environ.setdefault("VIPS_CONCURRENCY", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from assets.previews import images, sounds, videos, wire
from assets.previews.limits import Limits, confine
from assets.previews.remote import Remote
from assets.previews.results import CannotPreview

MAKERS = {"image": images.make, "audio": sounds.make, "video": videos.make}
PARENTS_OWN = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
)  # what ends them ends this


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    for one in PARENTS_OWN:
        signal.signal(one, signal.SIG_IGN)
    images.warm()
    sounds.warm()
    gc.freeze()  # what is here stays here: children need not copy it
    with contextlib.suppress(ConnectionError):  # the parent has ended
        control.sendall(wire.READY)
        serve(control)


def serve(control: socket.socket) -> None:
    """Until the parent ends: a job and its channel come in, the code that its process ended with goes out."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            return
        channel = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            control.close()
            look_at(channel, message)
        channel.close()
        control.recv(len(wire.OVER))  # empty when the parent has ended: no less a reason
        os.kill(pid, signal.SIGKILL)  # an ended one keeps its code until it is waited for
        _, status = os.waitpid(pid, 0)
        control.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def look_at(channel: socket.socket, message: bytes) -> None:
    """Never returns: the process ends with its file."""
    code = 1
    try:
        os.dup2(0, 2)  # what decoders mutter is none of the worker's log
        job: dict[str, Any] = json.loads(message)
        file = Remote(channel, job["size"])
        confine(Limits(**job["limits"]))
        preview = MAKERS[job["kind"]](cast(BinaryIO, file), job["content_type"])
        wire.send(channel, wire.DONE, wire.pack(preview))
        code = 0
    except CannotPreview as error:
        tell(channel, str(error))
    except MemoryError:
        tell(channel, "Its preview needs more memory than it may have.")
    except Exception as error:  # noqa: BLE001  whatever a decoder says is told, and ends with this process
        tell(channel, f"It cannot be decoded ({in_short(error)}).")
    finally:
        os._exit(code)


def in_short(error: Exception) -> str:
    """The last line of what a library says, which is the most exact, as part of a sentence."""
    text = getattr(error, "strerror", None) or str(error)
    lines = [" ".join(line.split()) for line in str(text).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:200].rstrip(" .:")


def tell(channel: socket.socket, sentence: str) -> None:
    with contextlib.suppress(OSError, MemoryError):
        wire.send(channel, wire.FAILED, sentence.encode(errors="replace"))


if __name__ == "__main__":
    main()
