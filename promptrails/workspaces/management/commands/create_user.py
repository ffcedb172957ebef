"""An account, made by an operator."""

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from promptrails.workspaces.forms import normal_email
from promptrails.workspaces.models import User


class Command(BaseCommand):
    help = "Make an account. Without --password-stdin a random password is made and printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *args: Any, email: str, name: str, password_stdin: bool, **options: Any) -> None:
        user = User(email=normal_email(email), name=name.strip())
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
        if User.objects.with_email(user.email).exists():
            raise CommandError(f"{user.email} has an account already.")
        try:
            user.full_clean(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(password)
        user.save()
        self.stdout.write(f"{user.email} has an account. Add it to a workspace with manage.py add_member.")
        if not password_stdin:
            self.stdout.write(f"Password: {password}")
