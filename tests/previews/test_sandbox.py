"""What holds a process that looks at a file, and what its parent does when it ends in any other way."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import pyvips

from assets.errors import StorageUnavailable
from assets.previews import CannotPreview, Limits, NotStarted, Sandbox, TakesTooLong
from tests.encoding import encode
from tests.factories import png
from tests.previews.hostile import svg
from tests.previews.looking import Held, kind_of, look

ROOT = Path(__file__).resolve().parents[2]
SLOW = svg(
    "<filter id='f'><feTurbulence numOctaves='99'/></filter>"
    + "<rect width='2000' height='2000' filter='url(#f)'/>" * 400,
    size="width='2000' height='2000'",
)
PRY = """
import json, os, socket, sys
from assets.previews.limits import Limits, confine
confine(Limits(memory=300 << 20))
outcomes = {}
def attempt(name, call):
    try:
        call()
        outcomes[name] = "possible"
    except BaseException as error:
        outcomes[name] = type(error).__name__
attempt("open", lambda: open("/etc/passwd"))
attempt("socket", socket.socket)
attempt("pipe", os.pipe)
attempt("memory", lambda: bytearray(400 << 20))
attempt("write", lambda: os.write(int(sys.argv[1]), b"x"))
os.write(1, json.dumps(outcomes).encode())
"""


@pytest.fixture
def own() -> Iterator[Callable[..., Sandbox]]:
    made: list[Sandbox] = []

    def start(**limits: int) -> Sandbox:
        made.append(Sandbox(Limits(**limits)))
        return made[-1]

    yield start
    for one in made:
        one.stop()


def warm_process(sandbox: Sandbox) -> psutil.Process:
    assert sandbox._process
    return psutil.Process(sandbox._process.pid)


def test_a_confined_process_can_open_and_keep_nothing(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        number = file.fileno()
        command = [sys.executable, "-c", PRY, str(number)]
        ran = subprocess.run(command, capture_output=True, cwd=ROOT, pass_fds=[number], check=True)
    assert json.loads(ran.stdout) == {
        **dict.fromkeys(["open", "socket", "pipe", "write"], "OSError"), "memory": "MemoryError",
    }  # fmt: skip
    assert (tmp_path / "file").stat().st_size == 0


def test_the_processes_know_no_secret(own: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_SECRET_KEY", "very secret")
    sandbox = own()
    look(sandbox, png(), "image/png")
    assert "very secret" not in warm_process(sandbox).environ().values()


@pytest.mark.parametrize(
    ("limits", "reason", "kind"),
    [
        ({"cpu": 1, "wall": 60}, "too much computing", CannotPreview),
        ({"cpu": 60, "wall": 1}, "too long", TakesTooLong),
    ],
)
def test_computing_and_waiting_end(
    own: Callable[..., Sandbox], limits: dict[str, int], reason: str, kind: type[CannotPreview]
) -> None:
    sandbox = own(**limits)
    began = time.monotonic()
    with pytest.raises(kind, match=reason):
        look(sandbox, SLOW, "image/svg+xml")
    assert time.monotonic() - began < 15
    assert look(sandbox, png(), "image/png").width == 8


def test_a_file_that_wants_more_memory_than_it_may_have_ends(own: Callable[..., Sandbox]) -> None:
    sandbox = own(memory=150 << 20)
    blank = pyvips.Image.black(9000, 9000, bands=3).copy(interpretation="srgb")
    whole_at_once = bytes(blank.write_to_buffer(".png", interlace=True))
    with pytest.raises(CannotPreview):
        look(sandbox, whole_at_once, "image/png")
    assert look(sandbox, png(), "image/png").width == 8


def test_more_output_than_a_preview_has_ends(own: Callable[..., Sandbox]) -> None:
    sandbox = own(output=100)
    with pytest.raises(CannotPreview):
        look(sandbox, png(400, 400), "image/png")


def test_a_warm_process_that_is_killed_is_replaced(own: Callable[..., Sandbox]) -> None:
    sandbox = own()
    look(sandbox, png(), "image/png")
    for _ in range(3):
        warm_process(sandbox).kill()
        assert look(sandbox, png(), "image/png").width == 8


def test_a_machine_that_starts_no_process_says_so(
    own: Callable[..., Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    sandbox = own()
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", refuse)
        with pytest.raises(NotStarted):
            look(sandbox, png(), "image/png")
    assert look(sandbox, png(), "image/png").width == 8


def test_a_fault_of_the_source_is_the_sources(own: Callable[..., Sandbox]) -> None:
    class Away(Held):
        def read(self, offset: int, length: int) -> bytes:
            raise StorageUnavailable("Storage does not answer.")

    sandbox = own()
    with pytest.raises(StorageUnavailable):
        sandbox.make(Away(png()), kind_of("image/png"))
    assert look(sandbox, png(), "image/png").width == 8


def test_threads_take_turns(own: Callable[..., Sandbox]) -> None:
    sandbox = own()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda size: look(sandbox, png(size, 9), "image/png").width, range(20, 40)))
    assert made == list(range(20, 40))


def test_a_hundred_previews_leave_neither_files_nor_processes(own: Callable[..., Sandbox]) -> None:
    sandbox = own()
    look(sandbox, png(), "image/png")
    ours, warm = psutil.Process(), warm_process(sandbox)
    before = (ours.num_fds(), warm.num_fds())
    for number in range(100):
        if number % 10:
            look(sandbox, png(), "image/png")
        else:
            with pytest.raises(CannotPreview):
                look(sandbox, b"broken", "image/png")
    assert (ours.num_fds(), warm.num_fds()) == before
    assert warm.children() == []


def test_it_ends_with_the_process_that_started_it() -> None:
    script = (
        "import sys, time; from assets.previews import *; from tests.factories import png;"
        "from tests.previews.looking import look; s = Sandbox(); look(s, png(), 'image/png');"
        "print(s._process.pid, flush=True); time.sleep(60)"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.lint_settings"}
    setup = "import django; django.setup(); " + script
    parent = subprocess.Popen([sys.executable, "-c", setup], cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    try:
        assert parent.stdout
        warm = psutil.Process(int(parent.stdout.readline()))
        assert warm.is_running()
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        if parent.stdout:
            parent.stdout.close()
    assert psutil.wait_procs([warm], timeout=10)[1] == []


def test_a_film_is_read_from_another_thread_than_the_one_that_started_it(own: Callable[..., Sandbox]) -> None:
    sandbox = own()
    look(sandbox, png(), "image/png")
    body, seen = encode("webm", "libvpx", frames=10), []
    thread = threading.Thread(target=lambda: seen.append(look(sandbox, body, "video/webm").width))
    thread.start()
    thread.join(20)
    assert seen == [64]
