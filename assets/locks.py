"""Locks that PostgreSQL holds for this database session: they end with the process, should it die."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256

from django.db import DatabaseError, connection


@contextmanager
def session_lock(name: str) -> Iterator[bool]:
    """Whether the lock is ours for the length of the block; it is never waited for.

    PostgreSQL, "Advisory Locks". Behind a pooler in transaction mode such locks do not hold.
    """
    number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
    if not ask("SELECT pg_try_advisory_lock(%s)", number):
        yield False
        return
    try:
        yield True
    finally:
        with suppress(DatabaseError):  # a lost session has lost its locks
            ask("SELECT pg_advisory_unlock(%s)", number)


def ask(statement: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [number])
        (answer,) = cursor.fetchone()
    return bool(answer)
