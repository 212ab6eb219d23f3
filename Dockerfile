# Two stages: packages and static files are made in the first; the second only runs them.

# By digest for a release (docs/hardening.md): --build-arg PYTHON_IMAGE=python:3.13-slim-trixie@sha256:…
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1
RUN python -m venv /venv && pip install uv==0.13.9
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# What the application needs (pyproject.toml), and pg_dump for backups, in the versions and with the
# hashes of the lock, which also holds what development needs.
RUN VIRTUAL_ENV=/venv uv pip install --require-hashes --requirement pyproject.toml --extra backup \
    --constraints requirements.lock
COPY . .
RUN SECRET_KEY=only-while-building SITE_URL=https://localhost ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgres://nobody@localhost/nothing REDIS_URL=redis://localhost FONT_CACHE_DIR=/tmp/fonts \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM ${PYTHON_IMAGE}
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=crm.settings FONT_CACHE_DIR=/tmp/fonts
# What WeasyPrint draws PDFs with.
RUN apt-get update && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
        libharfbuzz-subset0 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home proximity && \
    install --directory --owner 10001 --mode 700 /var/lib/proximity/seals
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "crm.wsgi", "--config", "python:crm.serving", "--bind", "0.0.0.0:8000"]
