#!/usr/bin/env python
"""Every command finds its engines: the configured ones, or the embedded ones, joined or started."""

import os
import sys

NO_ENGINES = {"help", "version", "--help", "--version", "-h"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptrails.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from promptrails import embedded

    try:
        if not set(sys.argv[1:2]) - NO_ENGINES:
            execute_from_command_line(sys.argv)
            return
        with embedded.provide(os.environ):
            execute_from_command_line(sys.argv)
    except (embedded.EngineError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
