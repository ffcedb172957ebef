"""The app's settings on the engines that tests.engines started; only what makes tests slow differs."""

from promptrails.settings import *  # noqa: F403
from promptrails.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"].pop("pool")  # the test database is dropped while a pool would hold it
# The live server finds stylesheets and scripts where they lie; nothing is collected for a test.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
METRICS_TOKEN = ""
