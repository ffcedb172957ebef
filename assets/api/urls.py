"""The addresses of the API; what is not among them is a 404 in the same envelope."""

from django.urls import path, re_path

from assets.api.documents import openapi
from assets.api.reading import OneAsset, SignedUrl
from assets.api.reference import docs
from assets.api.views import Nowhere
from assets.api.writing import Assets, CompleteUpload, DeleteAssets, Uploads

app_name = "api"
urlpatterns = [
    re_path(r"^docs/?$", docs, name="docs"),
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/assets", Assets.as_view(), name="assets"),
    path("v1/assets/delete", DeleteAssets.as_view(), name="delete_assets"),
    path("v1/assets/uploads", Uploads.as_view(), name="uploads"),
    path("v1/assets/uploads/<str:upload_id>/complete", CompleteUpload.as_view(), name="complete_upload"),
    path("v1/assets/<str:asset_id>", OneAsset.as_view(), name="asset"),
    path("v1/assets/<str:asset_id>/signed-url", SignedUrl.as_view(), name="signed_url"),
    re_path("", Nowhere.as_view(), name="nowhere"),
]
