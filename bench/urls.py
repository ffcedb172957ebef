"""The app's addresses and those of what it is compared with."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.urls import include, path

from assets.models import Asset
from bench.views import bare_json, bare_json_list, bare_json_one, bare_list


class OpenSite(admin.AdminSite):
    """Django's admin for whoever is signed in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated


class AssetAdmin(admin.ModelAdmin):
    """A stock changelist: what one writes in five minutes, without tuning."""

    list_display = ("file_name", "type", "provider", "file_size", "created_at")
    list_filter = ("type", "provider", "created_at")
    search_fields = ("file_name", "metadata__prompt")
    date_hierarchy = "created_at"
    list_per_page = 50
    ordering = ("-created_at", "-id")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = lambda *args: False
    has_module_permission = lambda *args: True  # noqa: E731


site = OpenSite()
site.register(Asset, AssetAdmin)
urlpatterns = [
    path("bench/bare/", login_not_required(bare_list)),
    path("bench/json/", login_not_required(bare_json)),
    path("bench/json/one/", login_not_required(bare_json_one)),
    path("bench/json/list/", login_not_required(bare_json_list)),
    path("admin/", site.urls),
    path("", include("promptrails.urls")),
]
