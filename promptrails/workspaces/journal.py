"""What happened in a workspace is told here; who keeps the log listens, and is not known here."""

from django.dispatch import Signal

from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Workspace

# Sent within the transaction of what happened: workspace, action, actor, details.
happened = Signal()


def tell(workspace: Workspace, action: str, actor: Actor, **details: object) -> None:
    happened.send(Workspace, workspace=workspace, action=action, actor=actor, details=details)
