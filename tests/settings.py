"""The app's settings on the engines that tests.engines started; only what makes tests slow differs."""

from promptrails.settings import *  # noqa: F403
from promptrails.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"].pop("pool")  # the test database is dropped while a pool would hold it
