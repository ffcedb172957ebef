"""What objects of the app are called: made of ids only, so names that people give never become part of a key.

No folder for each asset, as there was before: some stores keep empty ones, and a listing walks through all of
them. Keys of that layout are still known.
"""

import re
import secrets

KEY_PREFIX = "assets/"
IDS = rf"{KEY_PREFIX}(?P<workspace>[0-9A-Za-z]{{27}})/(?P<asset>[0-9A-Za-z]{{27}})"
OWN = re.compile(rf"{IDS}[._/].*", re.DOTALL)
ORIGINAL = re.compile(rf"{IDS}(\.|/original).*", re.DOTALL)
PICTURE = re.compile(rf"{IDS}[_/]preview-[^/]*")


def original_key(workspace_id: str, asset_id: str, extension: str) -> str:
    return f"{KEY_PREFIX}{workspace_id}/{asset_id}{extension}"


def picture_key(workspace_id: str, asset_id: str) -> str:
    """Another one at each call: what browsers have cached never changes under its address."""
    return f"{KEY_PREFIX}{workspace_id}/{asset_id}_preview-{secrets.token_hex(6)}.webp"
