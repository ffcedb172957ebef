"""Our signatures are botocore's, whatever the key, the host and the parameters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import quote, urlsplit

import botocore.auth
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import example, given
from hypothesis import strategies as st

from assets.signing import Credentials, sign_url

AT = datetime(2026, 3, 12, 23, 59, 59, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
HOSTS = st.sampled_from(
    [
        "http://127.0.0.1:8333",
        "http://[::1]:8333",
        "http://localhost",
        "http://localhost:80",
        "https://files.example.com",
        "https://Files.Example.com:443",
        "https://bucket.s3.eu-west-1.amazonaws.com",
        "https://files.example.com:8443",
    ]
)
PREFIXES = st.sampled_from(["", "/bucket", "/media", "/a/b-c_d.e~f/bucket", "/m%C3%A9dia"])
PARAMETERS = st.dictionaries(
    st.sampled_from(
        ["response-content-type", "response-content-disposition", "response-cache-control", "versionId"]
    ),
    TEXT,
)
CREDENTIALS = st.builds(
    Credentials,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=3, max_size=20),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=60),
    st.none() | st.text("abcXYZ0189+/=", min_size=1, max_size=80),
)


def as_botocore_signs(
    url: str,
    given: Credentials,
    region: str,
    at: datetime,
    expires_in: int,
    method: str = "GET",
    headers: dict[str, str] | None = None,
) -> str:
    request = AWSRequest(method, url, headers)
    signer = S3SigV4QueryAuth(BotocoreCredentials(*given), "s3", region, expires_in)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=at.replace(tzinfo=None)):
        signer.add_auth(request)
    return str(request.url)


@given(
    base=st.builds(str.__add__, HOSTS, PREFIXES),
    key=KEYS,
    parameters=PARAMETERS,
    credentials=CREDENTIALS,
    region=st.sampled_from(["us-east-1", "auto", "eu-west-1"]),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    expires_in=st.integers(1, 604_800),
)
@example("http://h/b", "a b+c%20d?e#f=g&h/é/😀//..", {}, Credentials("A", "s", "t+/="), "auto", AT, 1)
def test_a_signature_is_the_one_that_botocore_makes(
    base: str,
    key: str,
    parameters: dict[str, str],
    credentials: Credentials,
    region: str,
    at: datetime,
    expires_in: int,
) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    ours = sign_url(
        base, key, parameters, credentials=credentials, region=region, at=at, expires_in=expires_in
    )
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    plain = f"{base}/{quote(key, safe='/~')}" + (f"?{query}" if query else "")
    theirs = as_botocore_signs(plain, credentials, region, at, expires_in)
    assert signature(ours) == signature(theirs)
    assert set(urlsplit(ours).query.split("&")) == set(urlsplit(theirs).query.split("&"))
    assert ours.partition("?")[0] == theirs.partition("?")[0]


@given(
    key=KEYS,
    size=st.integers(0, 5 * 1024**3),
    content_type=st.sampled_from(["image/png", "video/mp4; codecs=avc1", " audio/mpeg "]),
    credentials=CREDENTIALS,
)
def test_so_is_the_signature_of_a_put_with_its_headers(
    key: str, size: int, content_type: str, credentials: Credentials
) -> None:
    headers = {"content-type": content_type, "content-length": str(size), "if-none-match": "*"}
    where = {"credentials": credentials, "region": "auto", "at": AT, "expires_in": 60}
    ours = sign_url("https://h/b", key, {}, method="PUT", headers=headers, **where)  # type: ignore[arg-type]
    plain = f"https://h/b/{quote(key, safe='/~')}"
    theirs = as_botocore_signs(plain, credentials, "auto", AT, 60, "PUT", headers)
    assert signature(ours) == signature(theirs)
    assert "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match" in ours


def signature(url: str) -> str:
    return url.rpartition("X-Amz-Signature=")[2]


def signed(base: str = "http://h:1/b", key: str = "k", **changes: Any) -> str:
    known = {"credentials": Credentials("A", "secret"), "region": "us-east-1", "at": AT, "expires_in": 60}
    return sign_url(base, key, **{"parameters": {}, **known, **changes})


def test_everything_that_a_browser_sends_is_under_the_signature() -> None:
    changes: list[dict[str, Any]] = [
        {"base": "http://h:2/b"},
        {"base": "http://h:1/c"},
        {"key": "K"},
        {"parameters": {"response-content-type": "image/png"}},
        {"region": "auto"},
        {"at": AT + timedelta(seconds=1)},
        {"expires_in": 61},
        {"credentials": Credentials("B", "secret")},
        {"credentials": Credentials("A", "Secret")},
        {"credentials": Credentials("A", "secret", "token")},
    ]
    made = [signature(signed(**change)) for change in [{}, *changes]]
    assert len(set(made)) == len(made)


def test_the_same_moment_gives_the_same_url() -> None:
    assert signed() == signed()


def test_the_secret_is_not_in_the_url() -> None:
    assert "secret" not in signed()
