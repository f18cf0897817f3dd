# The image of every trustui process: the wheel and what requirements-server.lock pins, nothing else.
# Where packages come from is the business of whoever builds it (PIP_INDEX_URL as a build secret or
# in pip's own configuration); the hashes say whether they are the right ones.

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /src
COPY requirements-dev.lock ./
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY docs/formats docs/formats
COPY templates templates
COPY static static
COPY trustui trustui
RUN python -m build --no-isolation --wheel --outdir /dist .

FROM python:3.11-slim-bookworm AS environment
RUN python -m venv /opt/trustui
COPY requirements-server.lock ./
RUN /opt/trustui/bin/python -m pip install --no-cache-dir --require-hashes --requirement requirements-server.lock
COPY --from=wheel /dist/*.whl /dist/
RUN /opt/trustui/bin/python -m pip install --no-cache-dir --no-index --no-deps /dist/*.whl

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 trustui \
    && useradd --system --uid 10001 --gid trustui --home-dir /var/lib/trustui --no-create-home --shell /usr/sbin/nologin trustui \
    && install --directory --owner trustui --group trustui --mode 0700 /var/lib/trustui
COPY --from=environment /opt/trustui /opt/trustui
ENV PATH=/opt/trustui/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    TRUSTUI_DATA=/var/lib/trustui
# The root file system may be read-only: it writes below TRUSTUI_DATA and /tmp alone.
VOLUME /var/lib/trustui
WORKDIR /var/lib/trustui
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-m", "trustui.operate.probe", "http://127.0.0.1:8000/healthz"]
CMD ["trustui", "serve", "--listen", "0.0.0.0:8000", "--migrate"]
