# The image of compose.yml: the locked dependencies with their digests, the wheel, an unprivileged user.
FROM python:3.11-slim-bookworm AS build
WORKDIR /source
COPY requirements.hashes.lock ./
RUN python -m venv /opt/yangguang && \
    /opt/yangguang/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.hashes.lock
COPY . .
RUN /opt/yangguang/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home yangguang && install -d -o yangguang /data/files /data/witnesses
COPY --from=build /opt/yangguang /opt/yangguang
ENV PATH=/opt/yangguang/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 YANGGUANG_DATA=/data \
    DJANGO_SETTINGS_MODULE=config.settings
USER yangguang
WORKDIR /data
EXPOSE 8000 8001
CMD ["yangguang", "help"]
