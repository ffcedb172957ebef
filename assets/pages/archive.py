"""A selection as one ZIP, streamed from storage: nothing is compressed again, nothing kept in memory.

Its length is known beforehand, so a browser shows progress, and tells an archive that storage broke off
from a whole one (RFC 9112, 8).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.http import HttpResponseBase, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from zipstream import ZipStream  # type: ignore[import-untyped]

from assets import storage
from assets.delivery import attachment, safe_name
from assets.errors import InvalidInput, NotFound
from assets.filters import LIST_COLUMNS
from assets.models import Asset
from assets.pages.streamed import Streamed, read_ahead
from assets.pagination import PAGE_SIZE
from assets.storage import ObjectInfo
from promptrails.workspaces.access import WorkspaceRequest, member_required
from promptrails.workspaces.ksuids import is_ksuid
from promptrails.workspaces.models import Workspace

MOST_BYTES = 10 * 1000**3
THREADS = 8  # objects asked for at once
MISSING = "missing.txt"
NOT_THERE = "These files are not in storage:\n\n"


@require_safe
@never_cache
@member_required
def asset_archive(request: WorkspaceRequest, workspace: str) -> HttpResponseBase:
    assets = chosen(request.membership.workspace, request.GET.getlist("id"))
    found = objects_of(assets)
    size = sum(info.size for info in found.values())
    if size > MOST_BYTES:
        most = MOST_BYTES // 1000**3
        raise InvalidInput(f"These files have {size / 1000**3:.1f} GB; one archive takes {most} GB at most.")
    archive = zipped(assets, found)
    response = StreamingHttpResponse(Streamed(archive), content_type="application/zip")
    response["Content-Length"] = str(len(archive))
    response["Content-Disposition"] = attachment(f"{workspace}-{len(assets)}-assets.zip")
    return response


def chosen(workspace: Workspace, ids: Sequence[str]) -> list[Asset]:
    """In the order of their ids; raises InvalidInput for none, NotFound for what the workspace lacks."""
    wanted = list(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= PAGE_SIZE:
        raise InvalidInput(f"An archive has 1 to {PAGE_SIZE} files; the address names {len(wanted)}.")
    known = [id for id in wanted if is_ksuid(id)]
    found = Asset.objects.in_workspace(workspace).only(*LIST_COLUMNS).in_bulk(known)
    if len(found) < len(wanted):
        raise NotFound("One of these assets does not exist, or it was deleted.")
    return [found[id] for id in wanted]


def objects_of(assets: Sequence[Asset]) -> dict[str, ObjectInfo]:
    """What storage holds of them, by asset; raises StorageUnavailable as soon as one is not told."""
    pool = ThreadPoolExecutor(THREADS)
    try:
        infos = list(pool.map(storage.head, [asset.storage_key for asset in assets]))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # those that wait for a frozen store are left behind
    return {asset.pk: info for asset, info in zip(assets, infos, strict=True) if info}


def zipped(assets: Sequence[Asset], found: dict[str, ObjectInfo]) -> ZipStream:
    archive, names = ZipStream(sized=True), Names()
    there = [asset for asset in assets if asset.pk in found]
    bodies = read_ahead([storage.chunks(found[asset.pk].key) for asset in there])
    for asset, body in zip(there, bodies, strict=True):
        archive.add(body, names.unique(asset.file_name), size=found[asset.pk].size)
    lost = [f"{safe_name(asset.file_name)}  {asset.pk}\n" for asset in assets if asset.pk not in found]
    if lost:
        archive.add(NOT_THERE + "".join(lost), names.unique(MISSING))
    return archive


class Names:
    """Names that no file system confuses: told apart regardless of case, and safe."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def unique(self, file_name: str) -> str:
        name = safe_name(file_name)
        stem, dot, extension = name.rpartition(".")
        number, candidate = 1, name
        while candidate.casefold() in self.taken:
            number += 1
            candidate = f"{stem} ({number}).{extension}" if stem and dot else f"{name} ({number})"
        self.taken.add(candidate.casefold())
        return candidate
