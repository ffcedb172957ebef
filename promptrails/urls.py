"""Every address of the app."""

from django.urls import include, path

from assets.pages.activity import activity_export, activity_list
from assets.pages.bulk_deleting import (
    deletion_cancel,
    deletion_confirm,
    deletion_draft,
    deletion_page,
)
from assets.pages.retention import retention_page
from assets.pages.storage import storage_page
from promptrails.health import healthz, readyz
from promptrails.monitoring.metrics import metrics

DELETIONS = "w/<slug:workspace>/deletions/"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/", include("assets.api.urls")),
    path("w/<slug:workspace>/activity/", activity_list, name="activity"),
    path("w/<slug:workspace>/activity/export/", activity_export, name="activity_export"),
    path("w/<slug:workspace>/storage/", storage_page, name="storage"),
    path("w/<slug:workspace>/retention/", retention_page, name="retention"),
    path(DELETIONS, deletion_draft, name="deletions"),
    path(f"{DELETIONS}<str:deletion_id>/", deletion_page, name="deletion"),
    path(f"{DELETIONS}<str:deletion_id>/confirm/", deletion_confirm, name="deletion_confirm"),
    path(f"{DELETIONS}<str:deletion_id>/cancel/", deletion_cancel, name="deletion_cancel"),
    path("w/<slug:workspace>/assets/", include("assets.pages.urls")),
    path("", include("promptrails.workspaces.urls")),
]
