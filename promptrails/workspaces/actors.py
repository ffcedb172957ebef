"""Whoever does something: a person, or a program by its key."""

from dataclasses import dataclass

from promptrails.workspaces.models import ApiKey, User


@dataclass(frozen=True)
class Actor:
    """One of the two is set."""

    user: User | None = None
    api_key: ApiKey | None = None

    @property
    def email(self) -> str:
        return self.user.email if self.user else ""
