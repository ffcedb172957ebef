"""The only way in: an intent is recorded, the object is put, and one transaction makes it an asset."""

from assets.ingest.adoption import import_objects
from assets.ingest.direct import DirectUpload, complete_upload, request_upload
from assets.ingest.facts import AssetFacts, check
from assets.ingest.folders import files_in, import_folder
from assets.ingest.imports import Import, Outcome, Result
from assets.ingest.intents import SWEEP, record_intent, sweep_intents, sweep_signed_puts
from assets.ingest.manifest import FORMULA, Manifest
from assets.ingest.streams import Intake, check_size, store

__all__ = [
    "FORMULA",
    "SWEEP",
    "AssetFacts",
    "DirectUpload",
    "Import",
    "Intake",
    "Manifest",
    "Outcome",
    "Result",
    "check",
    "check_size",
    "complete_upload",
    "files_in",
    "import_folder",
    "import_objects",
    "record_intent",
    "request_upload",
    "store",
    "sweep_intents",
    "sweep_signed_puts",
]
