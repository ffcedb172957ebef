"""The rows to measure on, made once for each DATA_DIR, and the pages to fetch."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from assets.management.commands.generate_assets import RARE_WORD
from assets.models import Asset
from assets.pagination import cursor_at
from promptrails.workspaces.models import Membership, Role, User, Workspace

if TYPE_CHECKING:
    from bench.__main__ import Target

PAGE_1000 = 50_000


@dataclass(frozen=True)
class Prepared:
    workspace: Workspace
    cookie: str
    asset: Asset
    deep: Asset
    word: str

    def targets(self, target: "Callable[..., Target]", admin_rounds: int) -> "list[Target]":
        """The bare view and the admin first, then every page."""
        base = f"/w/{self.workspace.slug}/assets/"
        admin = "/admin/assets/asset/"
        cursor = cursor_at(self.deep, "-created_at", PAGE_1000).encode()
        filters = {
            "type": {"type": "audio"},
            "provider": {"provider": "openai"},
            "rare provider": {"provider": "playht"},
            "model": {"model": "flux-dev"},
            "agent": {"agent_id": self.asset.agent_id},
            "execution": {"execution_id": self.asset.execution_id},
            "dates": {"created_after": f"{self.deep.created_at:%Y-%m-%d}", "created_before": "2100-01-01"},
            "type and provider": {"type": "image", "provider": "fal"},
            "type and provider that never meet": {"type": "audio", "provider": "fal"},
            "sorted by size": {"sort": "-file_size"},
            "search, common word": {"q": self.word},
            "search, rare word": {"q": RARE_WORD},
            "search, absent word": {"q": "qqqqqq"},
            "search, two words": {"q": f"{self.word} {RARE_WORD}"},
        }
        return [
            target("(a) bare keyset view", f"/bench/bare/?workspace={self.workspace.id}"),
            target("(b) Django admin, first page", admin, admin_rounds),
            target("Django admin, one type", f"{admin}?type__exact=audio", admin_rounds),
            target("list, first page", base),
            target("list, page 1,000", f"{base}?cursor={cursor}"),
            *(target(f"list, {name}", f"{base}?{urlencode(query)}") for name, query in filters.items()),
            target("list, as a table", f"{base}?layout=table"),
            target("one asset", f"{base}{self.asset.id}/"),
        ]


def prepare(rows: int) -> Prepared:
    workspace, _ = Workspace.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    user, _ = User.objects.get_or_create(email="bench@example.com")
    Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": Role.OWNER})
    there = Asset.objects.in_workspace(workspace).count()
    if there < rows:
        call_command("generate_assets", count=rows - there, workspace="bench", stdout=sys.stderr)
    newest = Asset.objects.in_workspace(workspace).order_by("-created_at", "-id")
    deep = newest[min(PAGE_1000, rows // 2)]
    asset = newest[100]
    return Prepared(workspace, cookie_of(user), asset, deep, asset.prompt.split()[0])


def cookie_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"session={session.session_key}"
