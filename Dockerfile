# Build:  docker build -t pfcurate .
# Use:    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" pfcurate \
#             run figures --records records --out out
FROM python:3.12-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

WORKDIR /src

# Dependencies first: they change less often than the sources do.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements-build.lock \
    && python -m venv /opt/pfcurate \
    && /opt/pfcurate/bin/pip install --require-hashes -r requirements.lock

COPY LICENSE README.md pyproject.toml ./
COPY models models
COPY pipeline pipeline
RUN /opt/build/bin/python -m build --wheel --no-isolation --outdir /tmp/dist . \
    && /opt/pfcurate/bin/pip install --no-deps /tmp/dist/*.whl


FROM python:3.12-slim-bookworm

# The release of the base image is what pins these packages.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home pfcurate \
    && install --directory --owner=1000 --group=1000 /data

COPY --from=build /opt/pfcurate /opt/pfcurate

ENV PATH=/opt/pfcurate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1

USER 1000:1000
WORKDIR /data
ENTRYPOINT ["pfcurate"]
CMD ["--help"]
