"""Every address of the app."""

from django.urls import include, path

from assets.pages.activity import activity_export, activity_list
from promptrails.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/", include("assets.api.urls")),
    path("w/<slug:workspace>/activity/", activity_list, name="activity"),
    path("w/<slug:workspace>/activity/export/", activity_export, name="activity_export"),
    path("w/<slug:workspace>/assets/", include("assets.pages.urls")),
    path("", include("promptrails.workspaces.urls")),
]
