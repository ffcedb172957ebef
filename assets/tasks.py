"""What a worker runs: thin shells around the modules that know how.

A worker that is told to stop lets its jobs end; those that would go on ask `context.should_abort`.
"""

import time
from contextlib import suppress
from datetime import timedelta
from threading import Lock

from procrastinate import JobContext
from procrastinate.contrib.django import app

from assets import bulk, deletion, ingest, previewing, reconciling, retention
from assets.api import once
from assets.previews import Sandbox

HOUSEKEEPING = "housekeeping"
PREVIEWS_AT_A_TIME = 20  # seconds until other tasks have their turn
sandbox = Sandbox()  # one a process: a second run in it has nothing to add
_making = Lock()


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="remove-due", pass_context=True)
def remove_due(context: JobContext, timestamp: int) -> None:
    """Every ten seconds: objects whose removal storage has not confirmed yet."""
    deletion.remove_due(context.should_abort)


@app.periodic(cron="* * * * * */2")
@app.task(queueing_lock="delete-in-bulk", pass_context=True)
def delete_in_bulk(context: JobContext, timestamp: int) -> None:
    """Every two seconds: deletions of many assets that somebody has confirmed."""
    bulk.run_due(context.should_abort)


@app.periodic(cron="* * * * * */20")
@app.task(queueing_lock="expire", pass_context=True)
def expire(context: JobContext, timestamp: int) -> None:
    """Every twenty seconds: assets that a retention rule no longer keeps."""
    retention.run_due(context.should_abort)


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="sweep-intents", pass_context=True)
def sweep_intents(context: JobContext, timestamp: int) -> None:
    """Every quarter of an hour: uploads that never finished, and what came by a URL when nobody wanted it."""
    for sweep in (ingest.sweep_intents, ingest.sweep_signed_puts):
        while not context.should_abort() and sweep() == ingest.SWEEP:
            pass


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="reconcile", pass_context=True)
def reconcile(context: JobContext, timestamp: int) -> None:
    """Every night at 03:17 UTC: whether storage and database agree; changes nothing."""
    with suppress(reconciling.Interrupted):  # the next night is soon enough
        reconciling.agreement(timedelta(hours=1), context.should_abort)


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="forget-old-answers", pass_context=False)
def forget_old_answers(timestamp: int) -> None:
    """Every hour: answers to requests whose Idempotency-Key is older than a day."""
    once.forget_old_answers()


@app.periodic(cron="* * * * * */3")
@app.task(queueing_lock="make-previews", pass_context=True)
def make_previews(context: JobContext, timestamp: int) -> None:
    """Every three seconds: thumbnails, posters and waveforms of what has come."""
    if not _making.acquire(blocking=False):
        return
    try:
        ends = time.monotonic() + PREVIEWS_AT_A_TIME
        for _ in previewing.make_due(sandbox):
            if context.should_abort() or time.monotonic() > ends:
                break
    finally:
        _making.release()
