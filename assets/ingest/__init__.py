"""The only way in: an intent is recorded, the object is put, and one transaction makes it an asset."""

from assets.ingest.direct import DirectUpload, complete_upload, request_upload
from assets.ingest.facts import AssetFacts, check
from assets.ingest.intents import KEY_PREFIX, record_intent, sweep_intents
from assets.ingest.streams import Intake, check_size, store

__all__ = [
    "KEY_PREFIX",
    "AssetFacts",
    "DirectUpload",
    "Intake",
    "check",
    "check_size",
    "complete_upload",
    "record_intent",
    "request_upload",
    "store",
    "sweep_intents",
]
