"""What a worker runs: thin shells around the modules that know how."""

from procrastinate.contrib.django import app

from assets import deletion, ingest

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
