# The web process and the worker run from this one image; PostgreSQL and S3 are named by the environment.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /app app

COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
# collectstatic reads the settings, which want engines named; nothing is connected to.
RUN DATABASE_URL=postgresql://build@localhost/build STORAGE_BUCKET=build DATA_DIR=/tmp/build \
    python -m django collectstatic --noinput --settings promptrails.settings \
    && rm -rf /tmp/build

USER app
ENV DEBUG=0 PORT=8000 PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
EXPOSE 8000
CMD ["sh", "-c", "rm -f \"${PROMETHEUS_MULTIPROC_DIR}\"/*.db; exec granian --interface wsgi --host 0.0.0.0 --port ${PORT} --workers ${WEB_WORKERS:-1} --blocking-threads ${WEB_THREADS:-4} --workers-kill-timeout 25 --log-config promptrails/monitoring/granian.json promptrails.wsgi:application"]
