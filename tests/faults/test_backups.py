"""Database and bucket restored from different moments: what docs/operations.md says to do puts them right."""

import io
import os
import subprocess
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from assets import bulk, deletion, ingest, storage
from assets.ingest import AssetFacts
from assets.models import Activity, Asset, BulkDeletion, Upload
from assets.previews import Sandbox
from promptrails.embedded.postgres import binary
from promptrails.workspaces.actors import OPERATOR
from promptrails.workspaces.models import User, Workspace
from tests.api.calling import request
from tests.factories import png, store_asset
from tests.faults import truth
from tests.storage_servers import answers, failing

pytestmark = [pytest.mark.slow, pytest.mark.faults]
Copy = dict[str, bytes]


def command(name: str, *options: str) -> tuple[int, str]:
    said = io.StringIO()
    try:
        call_command(name, *options, stdout=said)
    except CommandError as error:
        return error.returncode, said.getvalue() + str(error)
    return 0, said.getvalue()


def postgres(tool: str, *options: str) -> None:
    """One of PostgreSQL's own programs, on the test's database."""
    named = connection.settings_dict
    to = {"PGHOST": named["HOST"], "PGPORT": str(named["PORT"]), "PGUSER": named["USER"]}
    environ = os.environ | to | {"PGPASSWORD": named["PASSWORD"]}
    done = subprocess.run(
        [binary(tool), "--dbname", named["NAME"], *options],
        env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def restore_database(dump: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
    postgres("pg_restore", "--single-transaction", str(dump))


def copy_of_bucket() -> Copy:
    return {info.key: storage.read(info.key, 0, info.size) or b"" for info in storage.list_objects()}


def restore_bucket(copy: Copy) -> None:
    storage.remove([info.key for info in storage.list_objects()])
    for key, body in copy.items():
        storage.put(key, io.BytesIO(body), "image/png")


@pytest.fixture
def dump(bucket: str, tmp_path: Path) -> Path:
    return tmp_path / "assets.dump"


def back_up(dump: Path) -> None:
    postgres("pg_dump", "--format=custom", "--file", str(dump))


def test_an_older_database_beside_a_newer_bucket_loses_no_file(
    dump: Path, acme: Workspace, ada: User, sandbox: Sandbox
) -> None:
    bodies = [png(10 + number, 5) for number in range(5)]
    stays, deleted, spared = (store_asset(acme, body) for body in bodies[:3])
    begun = ingest.request_upload(
        acme, AssetFacts(file_name="d.png", content_type="image/png"), len(bodies[3])
    )
    assert request("PUT", begun.url, bodies[3], **begun.headers)[0] == 200
    draft = bulk.draft_of_chosen(acme, [spared.pk])
    BulkDeletion.objects.filter(pk=draft.pk).update(state=bulk.State.RUNNING, actor=ada)
    stored_again = store_asset(acme, png(9, 9))
    deletion.record_deletion(acme, [stored_again.pk], OPERATOR)
    back_up(dump)

    deletion.remove_keys([stored_again.storage_key])
    time.sleep(1.1)  # storage tells whole seconds
    storage.put(stored_again.storage_key, io.BytesIO(png(9, 9)), "image/png")
    bulk.cancel(acme, draft.pk)
    deletion.delete_asset(acme, deleted.pk, OPERATOR)
    ingest.complete_upload(acme, begun.id)
    late = store_asset(acme, bodies[4])
    restore_database(dump)
    assert Upload.objects.count() == 1, "as it was then"

    _, said = command("after_restore")
    assert "1  uploads under way forgotten" in said
    assert "1  deletions of many cancelled" in said
    truth.let_time_pass(sandbox)  # a worker may run from now on
    code, said = command("reconcile", "--older-than=0", "--quiet")
    assert code == 1
    assert f"record without its object: {deleted.storage_key}" in said
    assert f"object that no record names: {late.storage_key}" in said
    call_command("import_assets", "--workspace=acme", f"--prefix=assets/{acme.pk}/", "--quiet")
    assert command("reconcile", "--older-than=0", "--quiet", "--delete-missing=2")[0] == 1
    assert Asset.objects.filter(pk=deleted.pk).exists(), "another number deletes nothing"
    assert command("reconcile", "--older-than=0", "--quiet", "--fix", "--delete-missing=1")[0] == 0
    kept = [
        (stored_again.pk, png(9, 9)),
        (stays.pk, bodies[0]),
        (spared.pk, bodies[2]),
        (begun.id, bodies[3]),
        (late.pk, bodies[4]),
    ]
    assert set(Asset.objects.values_list("id", flat=True)) == {id for id, _ in kept}
    for id, body in kept:
        assert storage.read(Asset.objects.get(pk=id).storage_key, 0, 10_000) == body
    truth.let_time_pass(sandbox)
    truth.settled()


def test_a_newer_database_beside_an_older_bucket_names_what_is_lost_and_deletes_again(
    dump: Path, acme: Workspace, sandbox: Sandbox
) -> None:
    stays, deleted = store_asset(acme), store_asset(acme)
    truth.let_time_pass(sandbox)
    copy = copy_of_bucket()
    deletion.delete_asset(acme, deleted.pk, OPERATOR)
    lost = store_asset(acme)
    truth.let_time_pass(sandbox)
    restore_bucket(copy)

    code, said = command("reconcile", "--older-than=0", "--quiet")
    assert code == 1
    assert f"record without its object: {lost.storage_key}" in said
    assert f"object that no record names: {deleted.storage_key}" in said
    assert Activity.objects.filter(asset_id=deleted.pk, action="asset.deleted").exists()
    options = ["--older-than=0", "--quiet", "--fix", "--delete-orphans", "--delete-missing=1"]
    assert command("reconcile", *options)[0] == 0
    assert [asset.pk for asset in Asset.objects.all()] == [stays.pk]
    truth.let_time_pass(sandbox)
    truth.settled()


def test_a_backup_of_the_database_first_and_the_bucket_after_it_has_a_file_for_every_record(
    dump: Path, acme: Workspace, sandbox: Sandbox
) -> None:
    before = store_asset(acme)
    back_up(dump)
    between = store_asset(acme)
    copy = copy_of_bucket()
    store_asset(acme)
    restore_database(dump)
    restore_bucket(copy)
    command("after_restore")
    code, said = command("reconcile", "--older-than=0", "--quiet")
    assert code == 1
    assert "record without its object" not in said
    assert f"object that no record names: {between.storage_key}" in said
    call_command("import_assets", "--workspace=acme", f"--prefix=assets/{acme.pk}/", "--quiet")
    truth.let_time_pass(sandbox)
    truth.settled()
    assert set(Asset.objects.values_list("id", flat=True)) == {before.pk, between.pk}


def test_after_restore_changes_nothing_while_storage_is_away(bucket: str, acme: Workspace) -> None:
    deletion.record_deletion(acme, [store_asset(acme).pk], OPERATOR)
    ingest.request_upload(acme, AssetFacts(file_name="a.png", content_type="image/png"), 100)
    with failing(answers(503, "SlowDown")):
        code, said = command("after_restore")
    assert code == 1
    assert "Nothing was changed." in said
    assert Upload.objects.count() == 1
