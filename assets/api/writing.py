"""Bringing files in, and deleting: what changes something."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assets import deletion, ingest
from assets.api import schemas
from assets.api.forms import DeleteForm, DirectUploadForm, UploadForm
from assets.api.once import Once, answered_once, fingerprint_of, once
from assets.api.reading import asset_list
from assets.api.receiving import Dropped, Received, Sink, receive
from assets.api.representation import asset_json, moment_text
from assets.api.views import ApiView
from assets.ingest import AssetFacts, Intake
from assets.models import Asset


class Assets(ApiView):
    """The collection: GET lists it, POST uploads one file into it."""

    @extend_schema(**schemas.LIST_ASSETS)
    def get(self, request: Request) -> Response:
        return asset_list(request, self.caller.workspace)

    @extend_schema(**schemas.UPLOAD_ASSET)
    def post(self, request: Request) -> Response:
        with once(request, self.caller.workspace) as use:
            received = receive(request._request, lambda declared: self.sink(use, declared))
            fingerprint = fingerprint_of(request, content_of(received)) if use.key else ""
            if use.answer:
                answer = use.replay(fingerprint)
            else:
                assert isinstance(received.sink, Intake)
                asset = self.completed(received.sink, received, use, fingerprint)
                answer = Response({"data": asset_json(asset)}, 201)
        answer.headers["Location"] = reverse("api:asset", args=[answer.data["data"]["id"]])
        return answer

    def sink(self, use: Once, declared: str) -> Sink:
        return Dropped() if use.answer else Intake(self.caller.workspace, declared, by=self.caller.actor)

    def completed(self, intake: Intake, received: Received, use: Once, fingerprint: str) -> Asset:
        """Asset and remembered answer in one transaction; nothing is left of a file that is refused now."""
        try:
            form = UploadForm(data=received.fields)
            form.is_valid(raise_exception=True)
            facts = facts_of(form.validated_data, received.file_name)
            ingest.check(facts)
            intake.check_declared(facts.content_type)
            with transaction.atomic():
                asset = intake.complete(facts)
                use.keep(fingerprint, 201, {"data": asset_json(asset)})
        except BaseException:
            intake.abandon()
            raise
        return asset


def content_of(received: Received) -> dict[str, object]:
    """What a repeated upload has in common with the first: boundaries differ, bytes and fields do not."""
    fields = sorted((name, values) for name, values in received.fields.lists())
    return {"file": received.sink.digest.hexdigest(), "name": received.file_name, "fields": fields}


def facts_of(form: dict[str, Any], file_name: str = "") -> AssetFacts:
    """The fields of a form as the domain names them; model and prompt belong to the metadata."""
    noted = {name: form[name] for name in ("model", "prompt") if form.get(name)}
    known = ("content_type", "provider", "type", "execution_id", "agent_id")
    texts: dict[str, Any] = {name: form.get(name) or "" for name in known}
    metadata = {**form["metadata"], **noted}
    return AssetFacts(file_name=form.get("file_name") or file_name, metadata=metadata, **texts)


class Uploads(ApiView):
    @extend_schema(**schemas.REQUEST_UPLOAD)
    def post(self, request: Request) -> Response:
        return answered_once(request, self.caller, lambda: self.requested(request.data))

    def requested(self, data: Any) -> tuple[int, Any]:
        form = DirectUploadForm(data=data)
        form.is_valid(raise_exception=True)
        facts, size = facts_of(form.validated_data), form.validated_data["file_size"]
        upload = ingest.request_upload(self.caller.workspace, facts, size)
        shown = {"id": upload.id, "upload_url": upload.url, "headers": upload.headers}
        return 201, {"data": {**shown, "expires_at": moment_text(upload.expires_at)}}


class CompleteUpload(ApiView):
    @extend_schema(**schemas.COMPLETE_UPLOAD)
    def post(self, request: Request, upload_id: str) -> Response:
        """Answers the same however often it is called, so it needs no Idempotency-Key."""
        asset = ingest.complete_upload(self.caller.workspace, upload_id, self.caller.actor)
        location = reverse("api:asset", args=[asset.id])
        return Response({"data": asset_json(asset)}, 201, headers={"Location": location})


class DeleteAssets(ApiView):
    @extend_schema(**schemas.DELETE_ASSETS)
    def post(self, request: Request) -> Response:
        keys: list[str] = []
        answer = answered_once(request, self.caller, lambda: self.deleted(request.data, keys))
        deletion.remove_keys(keys)  # storage is asked once the database has committed
        return answer

    def deleted(self, data: Any, keys: list[str]) -> tuple[int, Any]:
        """Adds to `keys` the objects that storage is to remove."""
        form = DeleteForm(data=data)
        form.is_valid(raise_exception=True)
        ids = list(dict.fromkeys(form.validated_data["ids"]))
        found, removed = deletion.record_deletion(self.caller.workspace, ids, self.caller.actor)
        keys += removed
        done = set(found)
        deleted = [id for id in ids if id in done]
        return 200, {"data": {"deleted": deleted, "not_found": [id for id in ids if id not in done]}}
