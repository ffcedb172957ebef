"""The floors of docs/architecture.md, read from the imports themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    {"assets.kinds", "assets.errors", "assets.layout", "assets.sniffing"},
    {"assets.models", "assets.signing", "assets.storage", "assets.previews", "assets.locks"},
    {"assets.activity", "assets.ingest", "assets.deletion", "assets.delivery", "assets.previewing"},
    {"assets.access", "assets.filters", "assets.search"}
    | {"assets.pagination", "assets.tallies", "assets.usage", "assets.prompts"}
    | {"assets.bulk", "assets.reconciling", "assets.restoring", "assets.retention"},
    {"assets.pages", "assets.api", "assets.tasks", "assets.management", "assets.apps"},
]
STRANGERS_TO_HTTP = set().union(*FLOORS[:4])
HTTP = {"django.http", "django.shortcuts", "django.views", "django.urls", "rest_framework"}
ONLY_IN = {
    "boto3": {"assets.storage"},
    "botocore": {"assets.storage", "promptrails.settings"},
    "storages": {"assets.storage"},
    "pyvips": {"assets.previews", "promptrails.demo"},
    "av": {"assets.previews", "promptrails.demo"},
    "numpy": {"assets.previews", "promptrails.demo"},
    "filetype": {"assets.sniffing"},
    "prometheus_client": {"assets.storage.client", "promptrails.monitoring"},
    "pythonjsonlogger": {"promptrails.monitoring.logs"},
}


def is_in(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def modules(package: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in path.parts:
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names in an import, `from a import b` as `a.b` too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by its full name"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor_of(module: str) -> int | None:
    return next((number for number, floor in enumerate(FLOORS) if is_in(module, floor)), None)


ASSETS = list(modules("assets"))
EVERYTHING = ASSETS + list(modules("promptrails"))


@pytest.mark.parametrize(("module", "path"), ASSETS)
def test_a_module_imports_only_what_is_on_its_floor_or_below(module: str, path: Path) -> None:
    if module in {"assets"}:
        return
    floor = floor_of(module)
    assert floor is not None, f"{module} stands on no floor: add it to FLOORS"
    above = {name for name in imports(path) if (floor_of(name) or 0) > floor}
    assert not above, f"{module} imports from a floor above: {sorted(above)}"


@pytest.mark.parametrize(("module", "path"), ASSETS)
def test_nothing_below_a_view_knows_http(module: str, path: Path) -> None:
    if is_in(module, STRANGERS_TO_HTTP):
        assert not {name for name in imports(path) if is_in(name, HTTP)}


@pytest.mark.parametrize(("module", "path"), EVERYTHING)
def test_a_heavy_library_has_one_door(module: str, path: Path) -> None:
    for name in imports(path):
        allowed = ONLY_IN.get(name.split(".")[0])
        assert allowed is None or is_in(module, allowed), f"{module} imports {name}"


def test_storage_and_previews_know_no_model() -> None:
    for module, path in ASSETS:
        if is_in(module, {"assets.storage", "assets.previews"}):
            assert not {name for name in imports(path) if is_in(name, {"assets.models", "django.db"})}


def test_workspaces_know_nothing_of_assets() -> None:
    for module, path in EVERYTHING:
        if is_in(module, {"promptrails.workspaces"}):
            assert not {name for name in imports(path) if is_in(name, {"assets"})}, module


def test_the_reader_of_imports_sees_them() -> None:
    """Guards the tests above against passing because nothing was read."""
    assert "assets.storage" in set(imports(ROOT / "assets" / "deletion.py"))
    assert len(ASSETS) > 15
