"""What counting a key's requests costs: the statement beside a bare look-up, on one hot key and on many."""

import statistics
import sys
import threading
import time
from collections.abc import Callable

from django.db import connection

from bench.api import CONNECTIONS
from promptrails.workspaces import keys
from promptrails.workspaces.models import Workspace

SECONDS = 1.0
ROUNDS = 5


def measure_counting(workspace: Workspace) -> None:
    issued = [keys.issue(workspace, name="bench", scopes=["assets:read"]) for _ in range(CONNECTIONS)]
    secrets = [secret for _, secret in issued]
    cases: dict[str, tuple[Callable[[str], object], int, list[str]]] = {
        "look-up alone, one connection": (look_up, 1, secrets[:1]),
        "look-up and count, one connection": (count, 1, secrets[:1]),
        f"look-up alone, {CONNECTIONS} connections, one key": (look_up, CONNECTIONS, secrets[:1]),
        f"look-up and count, {CONNECTIONS} connections, one key": (count, CONNECTIONS, secrets[:1]),
        f"look-up and count, {CONNECTIONS} connections, a key each": (count, CONNECTIONS, secrets),
    }
    rates: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, case in cases.items():
            rates[name].append(rate(*case))
    for key, _ in issued:
        keys.revoke(workspace, key.pk, None)
    sys.stdout.write("\nCounting requests in PostgreSQL (an unlogged table)\n\n")
    sys.stdout.write("| statement | a second, median |\n|---|---|\n")
    for name, found in rates.items():
        sys.stdout.write(f"| {name} | {statistics.median(found):.0f} |\n")


LOOK_UP = """
    SELECT k.id, k.workspace_id, k.name, k.prefix, k.scopes, k.last_used_at, w.slug, w.name
    FROM workspaces_apikey k JOIN workspaces_workspace w ON w.id = k.workspace_id
    WHERE k.secret_hash = %s AND k.revoked_at IS NULL
"""


def look_up(secret: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [keys.hash_of(secret)])
        return cursor.fetchone()


def count(secret: str) -> object:
    return keys.use(secret, "127.0.0.1")


def rate(statement: Callable[[str], object], threads: int, secrets: list[str]) -> float:
    counts = [0] * threads
    ends = time.perf_counter() + SECONDS

    def loop(number: int) -> None:
        while time.perf_counter() < ends:
            statement(secrets[number % len(secrets)])
            counts[number] += 1
        connection.close()

    workers = [threading.Thread(target=loop, args=[number]) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / SECONDS
