"""API keys: admins make, see and revoke them. The key itself is shown once, in the answer to its making."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from promptrails.workspaces import keys
from promptrails.workspaces.access import WorkspaceRequest, admin_required
from promptrails.workspaces.forms import ApiKeyForm
from promptrails.workspaces.models import ApiKey, Scope

SECTION = {"section": "keys"}


@require_safe
@admin_required
def key_list(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    return page(request, ApiKeyForm())


def page(request: WorkspaceRequest, form: ApiKeyForm) -> HttpResponse:
    """Every key, those in use first; with the form for another."""
    rows = request.membership.workspace.api_keys.select_related("created_by", "revoked_by")
    everyone = sorted(rows.order_by("-created_at"), key=lambda key: not key.is_active)
    context = {"keys": everyone, "form": form, **SECTION}
    return render(request, "workspaces/keys.html", context, status=400 if form.is_bound else 200)


@require_POST
@never_cache
@admin_required
def key_create(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return page(request, form)
    try:
        key, secret = keys.issue(
            request.membership.workspace,
            created_by=request.user,
            address=request.actor.address,
            **form.cleaned_data,
        )
    except keys.KeyRefused as error:
        form.add_error(error.field, str(error))
        return page(request, form)
    context = {
        "key": key,
        "secret": secret,
        "server": request.build_absolute_uri("/").rstrip("/"),
        "may_write": Scope.WRITE in key.scopes,
        "may_read": Scope.READ in key.scopes,
        **SECTION,
    }
    return render(request, "workspaces/key_created.html", context, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def key_revoke(request: WorkspaceRequest, workspace: str, key_id: int) -> HttpResponse:
    key = request.membership.workspace.api_keys.filter(pk=key_id).first()
    if key is None:
        raise Http404
    if request.method != "POST":
        return render(request, "workspaces/key_revoke.html", {"key": key, **SECTION})
    revoked: ApiKey = keys.revoke(request.membership.workspace, key.pk, request.user, request.actor.address)
    messages.success(request, f"“{revoked.name}” was revoked. Programs that use it are refused from now on.")
    return redirect("keys", workspace)
