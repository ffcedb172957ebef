from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "assets"

    def ready(self) -> None:
        from assets import activity  # noqa: F401  it listens to what happens in workspaces
