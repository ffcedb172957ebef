"""Whoever does something: a person, a program by its key, a part of the app by its title, or an operator."""

from dataclasses import dataclass

from promptrails.workspaces.models import ApiKey, User


@dataclass(frozen=True)
class Actor:
    """One of user and key at most is set; `address` is where the request came from."""

    user: User | None = None
    api_key: ApiKey | None = None
    address: str | None = None
    title: str = ""

    @property
    def email(self) -> str:
        return self.user.email if self.user else ""

    @property
    def name(self) -> str:
        """What a log calls them: an email, or a key by its name and the beginning that is shown of it."""
        return f"{self.api_key.name} ({self.api_key.prefix}…)" if self.api_key else self.email or self.title


OPERATOR = Actor()
