# Two stages: packages and static files are made in the first; the second only runs them.

FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1
RUN python -m venv /venv && pip install uv
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# What the application needs (pyproject.toml), in the versions and with the hashes of the lock,
# which also holds what development needs.
RUN VIRTUAL_ENV=/venv uv pip install --require-hashes --requirement pyproject.toml --constraints requirements.lock
COPY . .
RUN SECRET_KEY=only-while-building SITE_URL=https://localhost ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgres://nobody@localhost/nothing REDIS_URL=redis://localhost FONT_CACHE_DIR=/tmp/fonts \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=crm.settings FONT_CACHE_DIR=/tmp/fonts
RUN useradd --system --uid 10001 --no-create-home proximity && \
    install --directory --owner 10001 --mode 700 /var/lib/proximity/seals
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "crm.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
