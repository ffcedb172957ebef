"""API keys: kept as hashes, found by them alone, counted by the minute, ended for good."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from promptrails.workspaces import keys
from promptrails.workspaces.models import ApiKey, ApiKeyWindow, Scope, User, Workspace

HERE = "203.0.113.7"


def issue(workspace: Workspace, *allowed: str, expires_in_days: int | None = None) -> tuple[ApiKey, str]:
    return keys.issue(
        workspace,
        name="agent",
        scopes=[Scope.READ],
        allowed_addresses=allowed,
        expires_in_days=expires_in_days,
    )


@pytest.mark.django_db
def test_only_the_hash_of_256_random_bits_is_kept(acme: Workspace) -> None:
    key, secret = issue(acme)
    assert len(secret) == len("pr_live_") + 43
    stored = {field.name: str(getattr(key, field.name)) for field in ApiKey._meta.fields}
    assert secret not in " ".join(stored.values())
    assert stored["secret_hash"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.startswith(stored["prefix"])
    assert len(stored["prefix"]) <= 12
    assert issue(acme)[1] != secret


@pytest.mark.django_db
def test_a_key_says_whose_it_is_and_what_it_may(acme: Workspace, other: Workspace) -> None:
    issue(other)
    _, secret = issue(acme)
    use = keys.use(secret, HERE)
    assert use
    assert (use.key.workspace, use.key.scopes, use.key.name) == (acme, ["assets:read"], "agent")


@pytest.mark.django_db
def test_malformed_unknown_revoked_and_expired_keys_are_alike(acme: Workspace, ada: User) -> None:
    key, revoked = issue(acme)
    keys.revoke(acme, key.pk, ada)
    key, expired = issue(acme, expires_in_days=1)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    for secret in (revoked, expired, "pr_live_" + "x" * 43, "", "x", "pr_live_é" + "x" * 42, "\0" * 51):
        assert keys.use(secret, HERE) is None
    assert ApiKey.objects.get(revoked_at__isnull=False).revoked_by == ada


@pytest.mark.django_db
def test_revoking_again_or_a_foreign_key_changes_nothing(
    acme: Workspace, other: Workspace, ada: User
) -> None:
    key, secret = issue(acme)
    with pytest.raises(ApiKey.DoesNotExist):
        keys.revoke(other, key.pk, ada)
    assert keys.use(secret, HERE)
    first = keys.revoke(acme, key.pk, ada).revoked_at
    assert keys.revoke(acme, key.pk, None).revoked_at == first


@pytest.mark.django_db
def test_each_use_is_counted_in_a_minute_that_begins_with_the_first(acme: Workspace) -> None:
    _, secret = issue(acme)
    uses = [keys.use(secret, HERE) for _ in range(3)]
    assert [use and use.requests for use in uses] == [1, 2, 3]
    assert all(use and 59 < use.resets_in <= 60 for use in uses)
    ApiKeyWindow.objects.update(started_at=timezone.now() - timedelta(seconds=61))
    again = keys.use(secret, HERE)
    assert again
    assert again.requests == 1


@pytest.mark.django_db(transaction=True)
def test_many_connections_at_once_count_exactly(acme: Workspace) -> None:
    _, secret = issue(acme)
    seen: list[int] = []

    def use_ten_times() -> None:
        for _ in range(10):
            use = keys.use(secret, HERE)
            assert use
            seen.append(use.requests)
        connection.close()

    threads = [threading.Thread(target=use_ten_times) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 61))


@pytest.mark.django_db
def test_the_last_use_is_written_once_a_minute(acme: Workspace) -> None:
    key, secret = issue(acme)
    keys.use(secret, HERE)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    assert first
    keys.use(secret, HERE)
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first
    earlier = first - timedelta(seconds=61)
    ApiKey.objects.update(last_used_at=earlier)
    keys.use(secret, HERE)
    now = ApiKey.objects.get(pk=key.pk).last_used_at
    assert now
    assert now > earlier


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "passes"),
    [
        ("203.0.113.7", True),
        ("203.0.113.8", False),
        ("10.20.30.40", True),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        (None, False),
    ],
)
def test_an_allow_list_leaves_other_addresses_out_uncounted(
    acme: Workspace, address: str | None, passes: bool
) -> None:
    _, secret = issue(acme, "203.0.113.7", "10.0.0.0/8", "2001:db8::/32")
    use = keys.use(secret, address)
    assert use
    assert (use.from_allowed_address, use.requests) == (passes, int(passes))


@pytest.mark.django_db
def test_an_address_may_be_allowed_in_its_form_within_ipv6(acme: Workspace) -> None:
    key, secret = issue(acme, "::ffff:203.0.113.7")
    assert key.allowed_addresses == ["203.0.113.7/32"]
    use = keys.use(secret, HERE)
    assert use
    assert use.from_allowed_address


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "two\nlines"}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["assets:read", "everything"]}),
        ("expires_in_days", {"expires_in_days": 0}),
        ("expires_in_days", {"expires_in_days": 10**9}),
        ("allowed_addresses", {"allowed_addresses": ["localhost"]}),
        ("allowed_addresses", {"allowed_addresses": ["10.0.0.0/99"]}),
        ("allowed_addresses", {"allowed_addresses": ["fe80::1%eth0"]}),
        ("allowed_addresses", {"allowed_addresses": ["fe80::%eth0/64"]}),
    ],
)
def test_a_key_that_cannot_be_is_refused(acme: Workspace, field: str, options: dict[str, object]) -> None:
    known: dict[str, object] = {"name": "agent", "scopes": [Scope.READ]}
    with pytest.raises(keys.KeyRefused) as refused:
        keys.issue(acme, **known | options)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not ApiKey.objects.exists()
