"""Every address of the app."""

from django.urls import include, path

from promptrails.health import healthz, readyz
from promptrails.monitoring.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/", include("assets.api.urls")),
    path("w/<slug:workspace>/assets/", include("assets.pages.urls")),
    path("", include("promptrails.workspaces.urls")),
]
