"""The pages of one workspace's assets."""

from django.urls import path

from assets.pages.archive import asset_archive
from assets.pages.awaited import asset_cards
from assets.pages.comparing import asset_compare
from assets.pages.deleting import asset_delete
from assets.pages.detail import asset_detail
from assets.pages.download import asset_download, asset_link
from assets.pages.exporting import asset_export
from assets.pages.keeping import asset_keep
from assets.pages.listing import asset_list

app_name = "assets"
urlpatterns = [
    path("", asset_list, name="list"),
    path("cards/", asset_cards, name="cards"),
    path("archive/", asset_archive, name="archive"),
    path("export/", asset_export, name="export"),
    path("compare/", asset_compare, name="compare"),
    path("<str:asset_id>/", asset_detail, name="detail"),
    path("<str:asset_id>/download/", asset_download, name="download"),
    path("<str:asset_id>/link/", asset_link, name="link"),
    path("<str:asset_id>/delete/", asset_delete, name="delete"),
    path("<str:asset_id>/keep/", asset_keep, name="keep"),
]
