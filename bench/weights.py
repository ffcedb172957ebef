"""What a full list page weighs with its thumbnails, beside the originals that it stands for."""

import io
import re
import sys
import urllib.request
from html import unescape

import pyvips
from django.test import Client

from assets import deletion, ingest, previewing
from assets.ingest import AssetFacts
from assets.models import Asset
from assets.previews import Sandbox
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Membership, Role, User, Workspace

ASSETS, PICTURES = 50, 5  # the pictures are stored ten times each


def measure_weights() -> None:
    workspace, _ = Workspace.objects.get_or_create(slug="weights", defaults={"name": "Weights"})
    user = User.objects.filter(email="weights@example.com").first() or User.objects.create_user(
        "weights@example.com"
    )
    Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": Role.OWNER})
    empty(workspace, user)
    pictures = [picture(number) for number in range(PICTURES)]
    for number in range(ASSETS):
        body = pictures[number % PICTURES]
        facts = AssetFacts(f"harbour-{number:02}.png", "image/png", "fal", metadata={"model": "flux-pro"})
        ingest.store(workspace, io.BytesIO(body), facts=facts)
    sandbox = Sandbox()
    for _ in previewing.make_due(sandbox):
        pass
    sandbox.stop()
    originals = sum(Asset.objects.in_workspace(workspace).values_list("file_size", flat=True))
    client = Client(headers={"Accept-Encoding": "gzip", "Host": "localhost"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/w/{workspace.slug}/assets/")
    shown = client.get(
        f"/w/{workspace.slug}/assets/", headers={"Accept-Encoding": "identity", "Host": "localhost"}
    )
    urls = re.findall(r'<img src="([^"]+)"', shown.content.decode())
    thumbnails = sum(weight(unescape(url)) for url in urls)
    write = sys.stdout.write
    write(f"\nA list page of {ASSETS} pictures, kB\n\n")
    write(f"| page, gzip | {len(urls)} thumbnails | originals |\n|---|---|---|\n")
    write(f"| {len(page.content) / 1000:.0f} | {thumbnails / 1000:.0f} | {originals / 1000:,.0f} |\n")
    empty(workspace, user)


def empty(workspace: Workspace, user: User) -> None:
    ids = list(Asset.objects.in_workspace(workspace).values_list("id", flat=True))
    deletion.delete_assets(workspace, ids, Actor(user))


def picture(number: int) -> bytes:
    """4 MB as PNG, of clouds with some grain, as generated pictures have."""
    clouds = [
        pyvips.Image.perlin(2048, 1365, cell_size=96 * band + 128, seed=number * 3 + band)
        for band in range(3)
    ]
    noisy = clouds[0].bandjoin(clouds[1:]) * 110 + 128 + pyvips.Image.gaussnoise(2048, 1365, sigma=10)
    return bytes(noisy.cast("uchar").copy(interpretation="srgb").write_to_buffer(".png"))


def weight(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310  our own storage
        return len(answer.read())
