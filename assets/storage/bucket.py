"""The bucket: whether it can be used, and which pages may send files to it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from assets.storage.client import MISSING, client, code_of
from assets.storage.urls import NO_CREDENTIALS

REFUSED = {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
ELSEWHERE = {"400", "AuthorizationHeaderMalformed"}
CLOCKS_APART = 15  # minutes from which S3 refuses a signature as RequestTimeTooSkewed


def is_reachable() -> bool:
    """Whether the bucket answers within the time-outs of a web request."""
    try:
        client().head_bucket(Bucket=settings.STORAGE.bucket)
    except (BotoCoreError, ClientError, OSError):
        return False
    return True


def where() -> str:
    """The store, as sentences for operators name it."""
    return settings.STORAGE.endpoint or f"AWS S3 in {settings.STORAGE.region}"


def check_reach() -> None:
    """Raises ImproperlyConfigured with a sentence when nothing that speaks HTTP answers."""
    try:
        client().head_bucket(Bucket=settings.STORAGE.bucket)
    except (ClientError, ParamValidationError, NoCredentialsError):
        return  # what it answers is for check_bucket to judge
    except (BotoCoreError, OSError) as error:
        raise ImproperlyConfigured(f"{where()} cannot be reached. Check STORAGE_ENDPOINT.") from error


def check_bucket() -> None:
    """Raises ImproperlyConfigured with a sentence that names the variable when the bucket cannot be used."""
    try:
        client().head_bucket(Bucket=settings.STORAGE.bucket)
    except ClientError as error:
        raise ImproperlyConfigured(wrong_clock(error) or why_not(code_of(error))) from error
    except NoCredentialsError as error:
        raise ImproperlyConfigured(NO_CREDENTIALS) from error
    except ParamValidationError as error:
        name = settings.STORAGE.bucket
        raise ImproperlyConfigured(f"“{name}” cannot be a bucket's name. Correct STORAGE_BUCKET.") from error
    except (BotoCoreError, OSError) as error:
        raise ImproperlyConfigured(f"{where()} cannot be reached. Check STORAGE_ENDPOINT.") from error


def wrong_clock(error: ClientError) -> str:
    """A sentence when a refusal comes with a date far from ours; HEAD tells no code, only 403."""
    date = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not date or code_of(error) not in REFUSED:
        return ""
    minutes = round(abs(datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds() / 60)
    if minutes < CLOCKS_APART:
        return ""
    return f"This machine's clock and that of {where()} are {minutes} minutes apart. Set it (NTP)."


def why_not(code: str) -> str:
    bucket = f"bucket “{settings.STORAGE.bucket}”"
    if code in MISSING | {"NoSuchBucket"}:
        return f"There is no {bucket} at {where()}. Make it, or correct STORAGE_BUCKET."
    if code in REFUSED:
        return (
            f"{where()} refused the key for {bucket}. Check STORAGE_ACCESS_KEY_ID, STORAGE_SECRET_KEY "
            "and STORAGE_REGION."
        )
    if code in ELSEWHERE:
        return f"{where()} answered {code} for {bucket}. Check STORAGE_REGION and STORAGE_ENDPOINT."
    return f"{where()} answered {code} for {bucket}. Check STORAGE_ENDPOINT."
