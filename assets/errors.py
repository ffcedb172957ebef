"""Domain errors: each knows its public code, its HTTP status and a sentence for a person."""

from collections.abc import Mapping


class DomainError(Exception):
    """Something a person must be told; `message` is a sentence, `details` name fields."""

    code = "error"
    status = 500

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class InvalidInput(DomainError):
    """A value that cannot be used: a broken cursor, an unknown type, a lifetime out of range."""

    code = "validation_error"
    status = 400


class Forbidden(DomainError):
    code = "forbidden"
    status = 403


class NotFound(DomainError):
    code = "not_found"
    status = 404


class Conflict(DomainError):
    code = "conflict"
    status = 409


class TooLarge(DomainError):
    """More bytes than UPLOAD_MAX_BYTES, or than fit into one request."""

    code = "payload_too_large"
    status = 413


class UnsupportedMedia(DomainError):
    """Bytes that are neither audio, image nor video, or other than they were declared to be."""

    code = "unsupported_media_type"
    status = 415


class RateLimited(DomainError):
    """`limit` is of requests a minute, `retry_after` in seconds."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, limit: int, retry_after: int) -> None:
        super().__init__(message, {"limit": limit, "retry_after": retry_after})
        self.limit = limit
        self.retry_after = retry_after


class LengthRequired(DomainError):
    """A body that does not say how long it is (RFC 9110, 15.5.12)."""

    code = "length_required"
    status = 411


class KeyReused(DomainError):
    """An Idempotency-Key that came before, with another request."""

    code = "idempotency_key_reused"
    status = 422


class StorageUnavailable(DomainError):
    """Storage did not answer, or answered with a fault of its own; nothing was lost by it."""

    code = "storage_unavailable"
    status = 503


class Busy(DomainError):
    """As many large uploads as this process takes at once are under way."""

    code = "busy"
    status = 503


class SearchTooSlow(DomainError):
    """The database stopped a search at its time limit."""

    code = "search_too_slow"
    status = 503
