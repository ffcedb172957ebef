"""The app as it is, plus the two things it is measured against: a bare view and Django's admin."""

from promptrails.settings import *  # noqa: F403
from promptrails.settings import BASE_DIR, DATABASES, INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = ["django.contrib.admin", *INSTALLED_APPS, "bench"]
ROOT_URLCONF = "bench.urls"
TEMPLATES = [
    {**TEMPLATES[0], "APP_DIRS": True, "DIRS": [BASE_DIR / "templates", BASE_DIR / "bench" / "templates"]}
]
STORAGES = {
    **globals()["STORAGES"],
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 12  # bench.counting asks from eight threads
SILENCED_SYSTEM_CHECKS = ["admin.E410"]
