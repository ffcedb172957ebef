"""A program's key to a workspace, made by an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from promptrails.workspaces import keys
from promptrails.workspaces.models import Scope, Workspace


class Command(BaseCommand):
    help = "Make an API key. It is printed once, alone on the last line, and kept as a hash only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, help="slug of the workspace")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--scopes", required=True, help=f"with commas: {', '.join(Scope.values)}")
        parser.add_argument("--expires-in-days", type=int, help="without it the key does not expire")
        parser.add_argument(
            "--allow",
            action="append",
            default=[],
            metavar="ADDRESS",
            help="an address or network that may use it",
        )

    def handle(
        self,
        *args: Any,
        workspace: str,
        name: str,
        scopes: str,
        expires_in_days: int | None,
        allow: list[str],
        **options: Any,
    ) -> None:
        try:
            where = Workspace.objects.get(slug=workspace)
            wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
            key, secret = keys.issue(
                where, name=name, scopes=wanted, expires_in_days=expires_in_days, allowed_addresses=allow
            )
        except Workspace.DoesNotExist as error:
            raise CommandError(f"There is no workspace “{workspace}”.") from error
        except keys.KeyRefused as error:
            raise CommandError(str(error)) from error
        ends = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "until it is revoked"
        self.stdout.write(f"Key “{key.name}” of {where.name} may {', '.join(key.scopes)}, {ends}.")
        self.stdout.write("It is shown this once:")
        self.stdout.write(secret)
