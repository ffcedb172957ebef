"""`make bench`: server times of the pages, as ratios to a bare view and to Django's admin, in one run.

Every target is fetched over HTTP from one granian process, in a new random order each round, so that
drift of the machine meets all alike. ROWS, ROUNDS and BENCH (which parts) come from the environment.
"""

import http.client
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROWS = int(os.environ.get("ROWS", "200000"))
ROUNDS = int(os.environ.get("ROUNDS", "40"))
ADMIN_ROUNDS = max(3, min(ROUNDS // 4, 2_000_000 // ROWS))
PORT = int(os.environ.get("BENCH_PORT", "8765"))
WHAT = os.environ.get("BENCH", "pages,api,previews,weights,bulk").split(",")
NAMES = {"postgres": "PostgreSQL", "weed": "SeaweedFS"}
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Target:
    """One address; `rounds` is how often it is fetched, `times` what that took in milliseconds."""

    name: str
    path: str
    rounds: int = ROUNDS
    times: list[float] = field(default_factory=list)
    bytes: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[min(int(len(self.times) * 0.95), len(self.times) - 1)]


def main() -> None:
    os.environ.setdefault("DATA_DIR", str(ROOT / ".data" / f"bench-{ROWS}"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    os.environ["API_RATE_LIMIT"] = "1000000"  # counted all the same
    from promptrails import embedded

    with embedded.provide(os.environ):
        import django

        django.setup()
        from django.core.management import call_command

        from bench.api import measure_api
        from bench.bulk import measure_bulk
        from bench.counting import measure_counting
        from bench.data import prepare
        from bench.previews import measure_previews
        from bench.weights import measure_weights

        call_command("migrate", verbosity=0)
        if "previews" in WHAT:
            measure_previews()
        if "weights" in WHAT:
            measure_weights()
        if "bulk" in WHAT:
            measure_bulk()
        if not {"pages", "api"} & set(WHAT):
            return
        prepared = prepare(ROWS)
        if "pages" in WHAT:
            with server(1) as pid:
                measure(prepared.cookie, prepared.targets(Target, ADMIN_ROUNDS), pid)
        if "api" in WHAT:
            with server(2):
                measure_api(PORT, prepared.workspace, prepared.asset)
            measure_counting(prepared.workspace)


@contextmanager
def server(workers: int) -> Iterator[int]:
    """A granian of so many processes while it is measured; its pid."""
    process = start_server(workers)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def start_server(workers: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--port", str(PORT)]
    options = ["--workers", str(workers), "--blocking-threads", "2", "--no-ws", "--log-level", "error"]
    server = subprocess.Popen(  # noqa: S603
        [*command, *options, "promptrails.wsgi:application"], cwd=ROOT, env=os.environ
    )
    for _ in range(100):
        try:
            fetch("/healthz", "")
        except OSError:
            time.sleep(0.1)
        else:
            return server
    raise SystemExit("The server did not start.")


def fetch(path: str, cookie: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    return response.status, response.read()


def measure(cookie: str, targets: list[Target], server_pid: int) -> None:
    for target in targets:  # a first look warms caches and proves that the page is there
        status, body = fetch(target.path, cookie)
        if status != 200:
            raise SystemExit(f"{target.path} answered {status}")
        target.bytes = len(body)
    order = [target for target in targets for _ in range(target.rounds)]
    random.shuffle(order)
    for target in order:
        started = time.perf_counter()
        fetch(target.path, cookie)
        target.times.append((time.perf_counter() - started) * 1000)
    report(targets, resident_megabytes(server_pid))


def report(targets: list[Target], megabytes: dict[str, float]) -> None:
    bare, admin = targets[0], targets[1]
    write = sys.stdout.write
    write(f"\n{ROWS:,} assets in one workspace; {ROUNDS} rounds, {ADMIN_ROUNDS} of the admin\n\n")
    write("| page | median ms | p95 ms | x bare view | admin is slower by | kB, gzip |\n")
    write("|---|---|---|---|---|---|\n")
    for target in targets:
        times = f"{target.median:.1f} | {target.p95:.1f}"
        ratios = f"{target.median / bare.median:.2f} | {admin.median / target.median:.1f}"
        write(f"| {target.name} | {times} | {ratios} | {target.bytes / 1000:.1f} |\n")
    write("\nResident memory after it, MB: " + ", ".join(f"{k} {v:.0f}" for k, v in megabytes.items()) + "\n")


def resident_megabytes(server_pid: int) -> dict[str, float]:
    """Proportional set sizes: the web server with its workers, and the embedded engines of this DATA_DIR."""
    import psutil

    web = psutil.Process(server_pid)
    sizes = {"web": 0.0, "PostgreSQL": 0.0, "SeaweedFS": 0.0}
    family = {server_pid, *(child.pid for child in web.children(recursive=True))}
    for process in psutil.process_iter():
        try:
            lines = [part for one in (process, process.parent()) if one for part in one.cmdline()]
            ours = any(os.environ["DATA_DIR"] in part for part in lines)
            name = "web" if process.pid in family else NAMES.get(process.name()) if ours else None
            if name:
                sizes[name] += process.memory_full_info().pss / 1e6
        except psutil.Error:  # it ended meanwhile
            continue
    return sizes


if __name__ == "__main__":
    main()
