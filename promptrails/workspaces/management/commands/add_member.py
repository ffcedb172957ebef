"""Membership of a workspace, given or changed by an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from promptrails.workspaces import members
from promptrails.workspaces.models import Role, User, Workspace


class Command(BaseCommand):
    help = "Make an account a member of a workspace; said again with another role, it changes the role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, help="slug of the workspace")
        parser.add_argument("--email", required=True)
        parser.add_argument("--role", choices=Role.values, default=Role.USER)

    def handle(self, *args: Any, workspace: str, email: str, role: str, **options: Any) -> None:
        try:
            where = Workspace.objects.get(slug=workspace)
            user = User.objects.with_email(email).get()
        except Workspace.DoesNotExist as error:
            raise CommandError(f"There is no workspace “{workspace}”.") from error
        except User.DoesNotExist as error:
            raise CommandError(f"Nobody has an account as {email}. Make one with create_user.") from error
        try:
            members.place(where, user, role)
        except members.Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} is {Role(role).label.lower()} of {where.name}.")
