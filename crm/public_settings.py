"""Settings of the public process: its own addresses and database role, without sessions and sign-in.

It has a `SECRET_KEY` of its own, which opens nothing of the main site.
"""

from crm.settings import *  # noqa: F403 (Django reads every setting from one module)
from crm.settings import _running, env

ROOT_URLCONF = "crm.public_urls"
WSGI_APPLICATION = "crm.public_wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "crm.public_site.PublicMiddleware",
    # Without it allauth does not start. It does nothing here: no address signs anybody in.
    "allauth.account.middleware.AccountMiddleware",
]
DATABASES = {"default": _running(env.db_url("PUBLIC_DATABASE_URL"))}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
