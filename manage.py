#!/usr/bin/env python
"""Every command finds its engines: the configured ones, or the embedded ones, joined or started."""

import os
import sys
from contextlib import ExitStack

NO_ENGINES = {"help", "version", "--help", "--version", "-h"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptrails.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from promptrails import embedded

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        with ExitStack() as stack:
            if command == "run":  # refused before it touches anything of the one that runs
                stack.enter_context(embedded.only_run(os.environ))
            if command not in NO_ENGINES:
                stack.enter_context(embedded.provide(os.environ))
            execute_from_command_line(sys.argv)
    except (embedded.EngineError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
