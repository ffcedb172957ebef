"""A workspace, made by an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from promptrails.workspaces.models import Workspace


class Command(BaseCommand):
    help = "Make a workspace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", required=True, help="letters, digits, hyphens; part of its address")
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, slug: str, name: str, **options: Any) -> None:
        workspace = Workspace(slug=slug.strip(), name=name.strip())
        try:
            workspace.full_clean()
        except ValidationError as error:
            raise CommandError(
                "; ".join(f"--{k}: {' '.join(v)}" for k, v in error.message_dict.items())
            ) from error
        workspace.save()
        self.stdout.write(
            f"Workspace {workspace.name} is at /w/{workspace.slug}/assets/ (id {workspace.id})."
        )
