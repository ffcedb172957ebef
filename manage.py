#!/usr/bin/env python
"""Every command finds its engines: the configured ones, or the embedded ones, joined or started."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptrails.settings")
    from django.core.management import execute_from_command_line

    from promptrails import embedded
    from promptrails.embedded.locks import EngineError

    try:
        with embedded.provide(os.environ):
            execute_from_command_line(sys.argv)
    except EngineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
