"""What a worker runs: thin shells around the modules that know how."""

from procrastinate.contrib.django import app

from assets import deletion, ingest
from assets.api import once

HOUSEKEEPING = "housekeeping"


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="remove-due", pass_context=False)
def remove_due(timestamp: int) -> None:
    """Every ten seconds: objects whose removal storage has not confirmed yet."""
    deletion.remove_due()


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="sweep-intents", pass_context=False)
def sweep_intents(timestamp: int) -> None:
    """Every quarter of an hour: uploads that never finished."""
    ingest.sweep_intents()


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="forget-old-answers", pass_context=False)
def forget_old_answers(timestamp: int) -> None:
    """Every hour: answers to requests whose Idempotency-Key is older than a day."""
    once.forget_old_answers()
