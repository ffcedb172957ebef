"""What every signed-in page has: the workspace one is in, and those one may switch to."""

from django.http import HttpRequest


def workspaces(request: HttpRequest) -> dict[str, object]:
    membership = getattr(request, "membership", None)
    return {
        "membership": membership,
        "workspace": membership and membership.workspace,
        "memberships": getattr(request, "memberships", []),
    }
