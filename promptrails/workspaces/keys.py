"""API keys: made, found again by their hash alone, counted a minute at a time, revoked."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from promptrails.workspaces.actors import Actor
from promptrails.workspaces.addresses import address_in
from promptrails.workspaces.journal import tell
from promptrails.workspaces.models import ApiKey, Scope, User, Workspace

PREFIX = "pr_live_"
SHOWN = len(PREFIX) + 4  # characters kept in the clear, to tell keys apart by
KEY = re.compile(rf"{PREFIX}[0-9A-Za-z_-]{{43}}", re.ASCII)  # 256 random bits, base64url
WINDOW = 60  # seconds
LONGEST_LIFE = 3650  # days
TOUCH = timedelta(minutes=1)  # last use is written no more often


class KeyRefused(Exception):
    """A key that cannot be made so; `field` names what is wrong, the message is a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class KeyUse:
    """A valid key in use: how many requests its present minute has seen, this one included.

    `resets_in` is in seconds; `from_allowed_address` is False where the key's allow-list leaves the
    address out, and then the request was not counted.
    """

    key: ApiKey
    requests: int
    resets_in: float
    from_allowed_address: bool


@transaction.atomic
def issue(
    workspace: Workspace,
    *,
    name: str,
    scopes: Iterable[str],
    created_by: User | None = None,
    address: str | None = None,
    expires_in_days: int | None = None,
    allowed_addresses: Sequence[str] = (),
) -> tuple[ApiKey, str]:
    """The new key's row and the key itself, which is nowhere kept; raises KeyRefused.

    `address` is the one that asked, for the log.
    """
    name, wanted = name.strip(), sorted(set(scopes))
    if not name or len(name) > 100 or not name.isprintable():
        raise KeyRefused("name", "A key's name has 1 to 100 characters.")
    if not wanted or not set(wanted) <= set(Scope.values):
        raise KeyRefused("scopes", f"Choose among the scopes {', '.join(Scope.values)}.")
    if expires_in_days is not None and not 1 <= expires_in_days <= LONGEST_LIFE:
        raise KeyRefused("expires_in_days", f"A key lives 1 to {LONGEST_LIFE} days, or without end.")
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        workspace=workspace,
        name=name,
        prefix=secret[:SHOWN],
        secret_hash=hash_of(secret),
        scopes=wanted,
        allowed_addresses=[network(text) for text in allowed_addresses],
        created_by=created_by,
        expires_at=timezone.now() + timedelta(days=expires_in_days) if expires_in_days else None,
    )
    note("key.created", key, Actor(created_by, address=address))
    return key, secret


def note(action: str, key: ApiKey, actor: Actor) -> None:
    tell(key.workspace, action, actor, name=key.name, prefix=key.prefix, scopes=key.scopes)


def network(text: str) -> str:
    """An address or network in the form that PostgreSQL's inet takes; raises KeyRefused."""
    try:
        if "%" in text:
            raise ValueError("a zone, which inet has no place for")
        return str(ip_network(address_in(text) or text.strip(), strict=False))
    except ValueError as error:
        sentence = f"“{text.strip()[:50]}” is no address or network. Write 203.0.113.7 or 10.0.0.0/8."
        raise KeyRefused("allowed_addresses", sentence) from error


def hash_of(secret: str) -> str:
    """SHA-256: fast is right for 256 random bits, which nobody can try out."""
    return hashlib.sha256(secret.encode()).hexdigest()


# One round trip: the key by its hash, and its count in the present minute. A minute begins with its
# first request. The row is locked for the time of this one statement, so processes count exactly.
USE = """
WITH found AS (
    SELECT k.id, k.workspace_id, k.name, k.prefix, k.scopes, k.last_used_at, w.slug, w.name AS workspace_name,
        k.allowed_addresses = '{}' OR %(address)s::inet <<= ANY (k.allowed_addresses::inet[]) AS allowed
    FROM workspaces_apikey k JOIN workspaces_workspace w ON w.id = k.workspace_id
    WHERE k.secret_hash = %(hash)s AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp())
), used AS (
    INSERT INTO workspaces_apikeywindow AS w (key_id, started_at, requests)
    SELECT id, statement_timestamp(), 1 FROM found WHERE allowed
    ON CONFLICT (key_id) DO UPDATE SET
        requests = CASE WHEN w.started_at > statement_timestamp() - make_interval(secs => %(window)s)
            THEN LEAST(w.requests + 1, 1000000) ELSE 1 END,
        started_at = CASE WHEN w.started_at > statement_timestamp() - make_interval(secs => %(window)s)
            THEN w.started_at ELSE statement_timestamp() END
    RETURNING requests, %(window)s - extract(epoch FROM statement_timestamp() - started_at) AS resets_in
)
SELECT found.*, used.requests, used.resets_in FROM found LEFT JOIN used ON true
"""


def use(secret: str, address: str | None) -> KeyUse | None:
    """Finds the key and counts this request; None for a malformed, unknown, revoked or expired key."""
    if not KEY.fullmatch(secret):
        return None
    with connection.cursor() as cursor:
        cursor.execute(USE, {"hash": hash_of(secret), "address": address, "window": WINDOW})
        row = cursor.fetchone()
    if row is None:
        return None
    id, workspace_id, name, prefix, scopes, last_used_at, slug, workspace_name, allowed, requests, resets = (
        row
    )
    key = ApiKey(
        id=id, workspace_id=workspace_id, name=name, prefix=prefix, scopes=scopes, last_used_at=last_used_at
    )
    key.workspace = Workspace(id=workspace_id, slug=slug, name=workspace_name)
    touch(key)
    return KeyUse(key, requests or 0, float(resets or 0), bool(allowed))


def touch(key: ApiKey, now: datetime | None = None) -> None:
    """Writes down that the key is in use, at most once a minute."""
    now = now or timezone.now()
    if key.last_used_at is None or key.last_used_at <= now - TOUCH:
        unwritten = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH)
        ApiKey.objects.filter(unwritten, pk=key.pk).update(last_used_at=now)


@transaction.atomic
def revoke(workspace: Workspace, key_id: int, by: User | None, address: str | None = None) -> ApiKey:
    """Ends a key at once and for good; raises ApiKey.DoesNotExist. Revoking it again changes nothing."""
    live = ApiKey.objects.filter(workspace=workspace, pk=key_id, revoked_at=None)
    revoked = live.update(revoked_at=timezone.now(), revoked_by=by)
    key = ApiKey.objects.get(workspace=workspace, pk=key_id)
    if revoked:
        note("key.revoked", key, Actor(by, address=address))
    return key
