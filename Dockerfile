# syntax=docker/dockerfile:1
# The server with its models, which are Python packages: nothing is downloaded when it runs.
# Reproducible from requirements.lock; name the base image by its digest to fix that, too:
#   docker build --build-arg PYTHON=python:3.11-slim-bookworm@sha256:… -t turnwise .
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.lock ./
# Wheels, but for docopt, which is a file of Python: nothing is compiled.
RUN .venv/bin/python -m pip install --no-deps --require-hashes --only-binary :all: --no-binary docopt \
    -r requirements.lock
COPY bot bot
COPY conversation conversation
COPY processors processors
COPY transports transports
COPY rag_index rag_index
COPY web web
COPY knowledge knowledge
COPY runner.py pyproject.toml LICENSE ./
# Compiled here: at run time there is no place for it. And the sample help desk's index, for a data
# volume that is new.
RUN .venv/bin/python -m compileall -q bot conversation processors transports rag_index runner.py \
    && TURNWISE_DATA=/app/.turnwise .venv/bin/python runner.py index build

FROM ${PYTHON}
RUN groupadd --gid 10001 turnwise \
    && useradd --uid 10001 --gid turnwise --no-create-home --home-dir /data --shell /usr/sbin/nologin turnwise \
    && install -d -o turnwise -g turnwise -m 0700 /data
COPY --from=built /app /app
COPY deploy/start.sh /app/start.sh
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TURNWISE_HOST=0.0.0.0 \
    TURNWISE_PORT=8004 \
    TURNWISE_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8004
# Alive, not ready: a server that is full or drains is not to be restarted.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8004/health', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["sh", "/app/start.sh"]
CMD ["serve"]
