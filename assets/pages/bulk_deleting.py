"""Deleting many: what it is, confirmed by typing its number, then how far the work has come."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assets import bulk
from assets.errors import Conflict, InvalidInput
from assets.filters import LIST_COLUMNS, AssetFilter
from assets.models import Asset, BulkDeletion, Removal
from assets.pages.awaited import LONGEST_QUERY
from assets.pages.cards import Addresses, Card, to_cards
from assets.pages.wording import size_text
from assets.pagination import PAGE_SIZE
from promptrails.workspaces.access import WorkspaceRequest, admin_required
from promptrails.workspaces.ksuids import is_ksuid
from promptrails.workspaces.models import Workspace

TYPED = 25  # more than this is confirmed by typing how many
SHOWN = 8  # thumbnails
KINDS = {"image": ("image", "images"), "audio": ("sound", "sounds"), "video": ("video", "videos")}
State = BulkDeletion.State


@require_POST
@admin_required
def deletion_draft(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    """Writes the set down: what was chosen on a list, or with ?matching=1 everything that the list shows."""
    owner = request.membership.workspace
    asset_filter = AssetFilter(owner, QueryDict(request.POST.get("list", "")[:LONGEST_QUERY]))
    if not asset_filter.is_valid():
        raise InvalidInput("The list that this came from cannot be read. Open it again.")
    if "matching" in request.GET:
        draft = bulk.draft_of_matching(asset_filter)
    else:
        ids = [id for id in request.POST.getlist("id")[:PAGE_SIZE] if is_ksuid(id)]
        draft = bulk.draft_of_chosen(owner, ids, asset_filter.query())
    return redirect("deletion", workspace, draft.pk)


@require_safe
@never_cache
@admin_required
def deletion_page(request: WorkspaceRequest, workspace: str, deletion_id: str) -> HttpResponse:
    found = deletion_of(request.membership.workspace, deletion_id)
    if found.state == State.DRAFT:
        return confirmation(request, found)
    template = "assets/deletion_progress.html" if request.htmx else "assets/deletion.html"
    return render(request, template, progress_context(found))


@require_POST
@admin_required
def deletion_confirm(request: WorkspaceRequest, workspace: str, deletion_id: str) -> HttpResponse:
    found = deletion_of(request.membership.workspace, deletion_id)
    typed = request.POST.get("count", "").strip().replace(",", "")
    if found.state == State.DRAFT and found.total > TYPED and typed != str(found.total):
        return confirmation(
            request, found, f"Type {found.total} to delete these assets. Nothing was deleted."
        )
    try:
        done = bulk.confirm(request.membership.workspace, found.pk, request.actor)
    except Conflict:
        if deletion_of(request.membership.workspace, deletion_id).state not in {State.RUNNING, State.DONE}:
            raise
        return redirect("deletion", workspace, found.pk)  # a second click: what the first began is shown
    if done.state != State.DONE:
        return redirect("deletion", workspace, found.pk)
    count = counted(done.deleted, "asset was", "assets were")
    if Removal.objects.filter(workspace=done.workspace).exists():
        messages.warning(request, f"{count} deleted. Files that storage still holds are removed soon.")
    else:
        messages.success(request, f"{count} deleted, files and records.")
    return redirect(Addresses(done.workspace, done.matching).back)


@require_POST
@admin_required
def deletion_cancel(request: WorkspaceRequest, workspace: str, deletion_id: str) -> HttpResponse:
    found = deletion_of(request.membership.workspace, deletion_id)
    bulk.cancel(request.membership.workspace, found.pk)
    return redirect("deletion", workspace, found.pk)


def deletion_of(workspace: Workspace, deletion_id: str) -> BulkDeletion:
    known = is_ksuid(deletion_id)
    found = BulkDeletion.objects.filter(workspace=workspace, pk=deletion_id).first() if known else None
    if found is None:
        raise Http404
    found.workspace = workspace
    return found


def confirmation(request: WorkspaceRequest, draft: BulkDeletion, error: str = "") -> HttpResponse:
    context = {
        "deletion": draft,
        "count": counted(draft.total, "asset", "assets"),
        "kinds": kinds_text(draft),
        "size": size_text(draft.total_bytes),
        "cards": first_cards(draft),
        "must_type": draft.total > TYPED,
        "error": error,
        "back_url": Addresses(draft.workspace, draft.matching).back,
    }
    template = "assets/deletion_form.html" if request.htmx else "assets/deletion_confirm.html"
    return render(request, template, context, status=400 if error else 200)


def first_cards(draft: BulkDeletion) -> list[Card]:
    ids = list(draft.items.order_by("-asset_id").values_list("asset_id", flat=True)[:SHOWN])
    assets = Asset.objects.in_workspace(draft.workspace).filter(id__in=ids).only(*LIST_COLUMNS)
    return to_cards(list(assets), Addresses(draft.workspace))


def progress_context(found: BulkDeletion) -> dict[str, object]:
    pending = Removal.objects.filter(workspace=found.workspace).count()
    return {
        "deletion": found,
        "running": found.state == State.RUNNING,
        "done": found.deleted + found.gone,
        "deleted": f"{found.deleted:,}",
        "total": f"{found.total:,}",
        "gone": f"{found.gone:,}",
        "left": f"{found.left:,}",
        "count": counted(found.total, "asset", "assets"),
        "kinds": kinds_text(found),
        "size": size_text(found.total_bytes),
        "pending": counted(pending, "file", "files") if pending else "",
        "page_url": reverse("deletion", args=[found.workspace.slug, found.pk]),
        "back_url": Addresses(found.workspace, found.matching).back,
    }


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def kinds_text(found: BulkDeletion) -> str:
    """12 images, 3 sounds and 1 video."""
    parts = [counted(found.kinds[kind], *names) for kind, names in KINDS.items() if found.kinds.get(kind)]
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
