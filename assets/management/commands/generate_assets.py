"""Rows for measuring at scale: records only, without files in storage, so never on real data."""

import json
import random
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from assets.models import Asset, PreviewStatus
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Workspace

BATCH = 20_000
COLUMNS = (
    "id", "workspace_id", "execution_id", "agent_id", "type", "provider", "file_name", "file_size",
    "content_type", "storage_key", "metadata", "created_at", "updated_at", "width", "height", "duration",
    "preview_status",
)  # fmt: skip
RARE_WORD, RARE_EVERY = "zyzzyva", 10_000
# provider, its share in a thousand, what it makes, with which models
PROVIDERS = (
    ("fal", 300, "image", ("flux-dev", "flux-pro", "recraft-v3")),
    ("openai", 200, "image", ("gpt-image-1", "dall-e-3")),
    ("elevenlabs", 150, "audio", ("eleven_v3", "eleven_flash_v2_5")),
    ("stability", 120, "image", ("sd3.5-large", "stable-image-ultra")),
    ("google", 80, "image", ("imagen-4", "imagen-4-fast")),
    ("runway", 60, "video", ("gen4_turbo",)),
    ("cartesia", 40, "audio", ("sonic-2",)),
    ("deepgram", 29, "audio", ("aura-2",)),
    ("luma", 20, "video", ("ray-2",)),
    ("playht", 1, "audio", ("play3.0-mini",)),
)
MEDIA = {"image": ("image/png", ".png"), "audio": ("audio/mpeg", ".mp3"), "video": ("video/mp4", ".mp4")}
SIZES = ((1024, 1024), (1344, 768), (768, 1344), (1536, 1024))
SYLLABLES = (
    "sun",
    "mor",
    "lake",
    "vel",
    "tor",
    "ash",
    "rin",
    "gold",
    "mist",
    "elm",
    "sky",
    "dra",
    "wol",
    "fen",
)
WORDS = [first + second for first in SYLLABLES for second in SYLLABLES if first != second] + ["zen", "hue"]


class Command(BaseCommand):
    help = "Make asset rows fast (COPY) for measurements. The rows have no files in storage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True, help="how many rows")
        parser.add_argument("--workspace", required=True, help="slug of the workspace")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, count: int, workspace: str, seed: int, **options: Any) -> None:
        if count < 1:
            raise CommandError("--count must be at least 1.")
        try:
            owner = Workspace.objects.get(slug=workspace)
        except Workspace.DoesNotExist as error:
            raise CommandError(f"There is no workspace “{workspace}”.") from error
        for done in generate(owner, count, seed):
            self.stdout.write(f"\r{done:,} of {count:,} rows", ending="")
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {Asset._meta.db_table}, assets_tally, assets_agenttally")
        self.stdout.write(f"\n{count:,} assets made in {workspace}; they have no files in storage.")


def generate(workspace: Workspace, count: int, seed: int = 1) -> Iterator[int]:
    """Copies `count` rows spread over two years into the table; yields how many are there so far."""
    chance = random.Random(seed)  # noqa: S311
    newest = datetime.now(UTC)
    pause = timedelta(days=730) / count
    done = 0
    while done < count:
        size = min(BATCH, count - done)
        moments = ((number, newest - pause * number) for number in range(done, done + size))
        copy(made_up(chance, workspace, number, moment, count) for number, moment in moments)
        done += size
        yield done


def copy(rows: Iterator[tuple[Any, ...]]) -> None:
    statement = f"COPY {Asset._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row(row)


def made_up(
    chance: random.Random, workspace: Workspace, number: int, moment: datetime, count: int
) -> tuple[Any, ...]:
    provider, _, type, models = chance.choices(PROVIDERS, [share for _, share, _, _ in PROVIDERS])[0]
    content_type, extension = MEDIA[type]
    asset_id = new_ksuid(moment)
    words = chance.sample(WORDS, 20)
    if number % RARE_EVERY == RARE_EVERY // 2:
        words[7] = RARE_WORD
    width, height = chance.choice(SIZES) if type != "audio" else (None, None)
    metadata = {"model": chance.choice(models), "prompt": " ".join(words), "seed": chance.randrange(2**32)}
    return (
        asset_id,
        workspace.id,
        f"exec_{number // 5:08}",
        f"agt_{int(chance.random() ** 2 * max(2000 * count // 10_000_000, 40)):04}",
        type,
        provider,
        f"{words[0]}-{words[1]}-{number:08}{extension}",
        int(chance.lognormvariate(14, 0.8)),
        content_type,
        f"generated/{asset_id}{extension}",
        json.dumps(metadata),
        moment,
        moment,
        width,
        height,
        None if type == "image" else round(chance.uniform(1, 60), 2),
        PreviewStatus.READY,  # nothing to look at
    )
