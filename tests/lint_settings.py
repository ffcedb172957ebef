"""For the type checker, which reads the settings and connects to nothing."""

import os

os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")
os.environ.setdefault("STORAGE_BUCKET", "none")

from promptrails.settings import *  # noqa: F403
