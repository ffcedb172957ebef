"""Child processes that outlive a terminal's Ctrl-C, remembered by pid and start time."""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

STOP_SECONDS = 15


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def spawn(
    command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None, user: str | None = None
) -> psutil.Process:
    """Starts a process in a session of its own, its output appended to `log`."""
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ) if environ is not None else None,
            start_new_session=True,
            **({"user": user, "group": user, "extra_groups": []} if user else {}),
        )
    return psutil.Process(child.pid)


def remember(path: Path, process: psutil.Process, **facts: Any) -> None:
    write_private(path, json.dumps({"pid": process.pid, "started": process.create_time(), **facts}))


def remembered(path: Path) -> tuple[psutil.Process | None, dict[str, Any]]:
    """The process, if the very same one still runs (pids are used again), and what was noted of it."""
    try:
        facts = json.loads(path.read_text())
        process = psutil.Process(facts["pid"])
        same = abs(process.create_time() - facts["started"]) < 1
        running = same and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError):
        return None, {}
    except psutil.Error:
        return None, facts
    return (process if running else None), facts


def stop(process: psutil.Process) -> None:
    """SIGTERM, and SIGKILL for what has not ended after STOP_SECONDS."""
    family = [process]
    try:
        family += process.children(recursive=True)
        process.terminate()
    except psutil.Error:
        return
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for one in alive:
        try:
            one.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(alive, timeout=5)


def write_private(path: Path, text: str) -> None:
    """Writes the file whole or not at all, for the owner's eyes only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def kept_secret(path: Path) -> str:
    """A random secret, made once and kept with mode 0600."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int, wanted: Sequence[int] = ()) -> list[int]:
    """The wanted ports if all are free, so that signed URLs survive a restart; else others."""
    if len(wanted) == count and all(is_free(port) for port in wanted):
        return list(wanted)
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Any, process: psutil.Process, seconds: float) -> bool:
    """Whether the condition came true in time while the process ran."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return False
        time.sleep(0.05)
    return False


def last_lines(log: Path, count: int = 5) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-count:])
