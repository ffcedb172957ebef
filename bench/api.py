"""Requests a second that the API answers on two processes, beside bare Django views of the same rows.

A closed loop: CONNECTIONS clients, each sending its next request when the last was answered. The targets
take turns of a second in a new random order each round, so that drift of the machine meets all alike.
"""

import os
import random
import socket
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field

from assets.models import Asset
from promptrails.workspaces import keys
from promptrails.workspaces.models import Workspace

CONNECTIONS = 8
TURN = 1.0  # seconds
TURNS = int(os.environ.get("API_ROUNDS", "10"))


@dataclass
class Call:
    """One address; `against` is the bare view that it is measured against, `rates` are requests a second."""

    name: str
    path: str
    against: str = ""
    rates: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rates)


def calls(workspace: Workspace, asset: Asset) -> list[Call]:
    one, few, hello = "bare view, one row", "bare view, 20 rows", "bare view, no query"
    return [
        Call(hello, "/bench/json/"),
        Call(one, f"/bench/json/one/?workspace={workspace.id}&id={asset.id}"),
        Call(few, f"/bench/json/list/?workspace={workspace.id}"),
        Call("GET /assets/{id}", f"/api/v1/assets/{asset.id}", one),
        Call("GET /assets/{id}/signed-url", f"/api/v1/assets/{asset.id}/signed-url", one),
        Call("GET /assets?limit=20", "/api/v1/assets?limit=20", few),
        Call("GET /assets?limit=20&type=audio", "/api/v1/assets?limit=20&type=audio", few),
    ]


class Client:
    """One connection that is kept open, as an SDK keeps it; as little work of its own as possible."""

    def __init__(self, port: int, key: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.headers = f" HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\nAccept: application/json\r\n\r\n"

    def get(self, path: str) -> int:
        """The status; reads the whole answer."""
        self.socket.sendall(f"GET {path}{self.headers}".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        left = length - len(body)
        while left > 0:
            left -= len(self.socket.recv(65536))
        return int(head[9:12])


def turn(clients: list[Client], path: str) -> float:
    """Requests a second over one turn; stops the whole measurement at anything but 200."""
    counts = [0] * len(clients)
    ends = time.perf_counter() + TURN

    def loop(number: int) -> None:
        while time.perf_counter() < ends:
            if clients[number].get(path) != 200:
                raise SystemExit(f"{path} did not answer 200")
            counts[number] += 1

    threads = [threading.Thread(target=loop, args=[number]) for number in range(len(clients))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def measure_api(port: int, workspace: Workspace, asset: Asset) -> None:
    row, key = keys.issue(workspace, name="bench", scopes=["assets:read"])
    clients = [Client(port, key) for _ in range(CONNECTIONS)]
    targets = calls(workspace, asset)
    for target in targets:
        turn(clients, target.path)  # warms
    for _ in range(TURNS):
        for target in random.sample(targets, len(targets)):
            target.rates.append(turn(clients, target.path))
    keys.revoke(workspace, row.pk, None)
    report(targets)


def report(targets: list[Call]) -> None:
    write, medians = sys.stdout.write, {target.name: target.median for target in targets}
    write(f"\nThe API on two processes, {CONNECTIONS} connections, {TURNS} turns of {TURN:g} s\n\n")
    write("| call | requests a second, median | lowest | highest | bare view is faster by |\n")
    write("|---|---|---|---|---|\n")
    for target in targets:
        ratio = f"{medians[target.against] / target.median:.2f}" if target.against else ""
        spread = f"{min(target.rates):.0f} | {max(target.rates):.0f}"
        write(f"| {target.name} | {target.median:.0f} | {spread} | {ratio} |\n")
