"""All settings, read from the environment. The application does not start without the required secrets.

`docs/operations.md` lists the variables; `dev.py` and `docker-compose.yml` set them.
"""

from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm import variable_checks
from crm.content_policy import directives
from crm.database.bounds import CONNECTION_BOUNDS

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Secrets and addresses: no default, so that none is forgotten -------------------------------
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # previous keys, during a rotation
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env.str("SITE_URL").rstrip("/")  # base URL of links in emails
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEMO, SANDBOX = env.bool("DEMO", default=False), env.bool("SANDBOX", default=False)  # docs/adr/0034
SANDBOX_URL = env.str("SANDBOX_URL", default="").rstrip("/")

# --- The city -----------------------------------------------------------------------------------
CITY_NAME = env.str("CITY_NAME", default="Alderport" if DEMO else "Proximity")
TIME_ZONE = variable_checks.time_zone("CITY_TIME_ZONE", env.str("CITY_TIME_ZONE", default="Europe/Madrid"))
CITY_COUNTRY, CITY_REGION = env.str("CITY_COUNTRY", default=""), env.str("CITY_REGION", default="")
CITY_KEY_FILE = env.str("CITY_KEY_FILE", default="")  # private, of the worker alone
# The control room, whose number officers give if a caller is doubted. Without one, the site does not start.
CONTROL_ROOM = variable_checks.dialled(
    "CONTROL_ROOM", env.str("CONTROL_ROOM", default="0900" if DEMO else "")
)
PHONENUMBER_DEFAULT_REGION = variable_checks.region(
    "CITY_PHONE_REGION", env.str("CITY_PHONE_REGION", default="ES")
)
DEFAULT_LAWFUL_BASIS = env.str("DEFAULT_LAWFUL_BASIS", default="public_task")
DEFAULT_PURPOSE = env.str("DEFAULT_PURPOSE", default="community_liaison")
SEARCH_FACTS = env.bool("SEARCH_FACTS", default=False)  # docs/adr/0032
WHATSAPP_LINKS = env.bool("WHATSAPP_LINKS", default=DEMO)
# Law under which requests of people about their data are answered, and the days that police law allows.
REGIMES = variable_checks.regimes("REGIMES", env.str("REGIMES", default="both"))
LED_ANSWER_DAYS = env.int("LED_ANSWER_DAYS", default=30)
# The body that receives complaints about the police, which are never recorded here.
COMPLAINTS_BODY_NAME = env.str("COMPLAINTS_BODY_NAME", default="Ombudsman")
COMPLAINTS_BODY_URL = env.str("COMPLAINTS_BODY_URL", default="")
PUBLIC_SITE_FOLDER = env.str("PUBLIC_SITE_FOLDER", default="")  # docs/public-site.md
PUBLIC_SITE_URL = env.str("PUBLIC_SITE_URL", default="").rstrip("/")
PUBLIC_LEAVE_URL = env.str("PUBLIC_LEAVE_URL", default="https://www.wikipedia.org/")
PUBLIC_EMERGENCY_NUMBER = env.str("PUBLIC_EMERGENCY_NUMBER", default="112")
PUBLIC_REGISTER_URL = env.str("PUBLIC_REGISTER_URL", default="").rstrip("/")
PUBLIC_DATABASE_URL = env.str("PUBLIC_DATABASE_URL", default="")  # crm.public_settings
PUBLIC_EMBED_ORIGINS = env.list("PUBLIC_EMBED_ORIGINS", default=[])

# --- Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "crm",
    "pages",
    "oversight",
    "api",
    *("practices", "plans"),  # in this order, because archives read practices first
    "publishing",
    "reviews",
    "reports",
    "privacy",
    "incidents",
    "exchange",
    "meetings",
    "disclosure",
    "contacts",
    "reminders",
    "jobs",
    "accounts",
    "districts",
    "audit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "phonenumber_field",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "pages.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.middleware.NobodyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimitMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "crm.middleware.RequestLogMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.SignInMiddleware",
    "pages.middleware.PreferencesMiddleware",
    "pages.resuming.HeldFormMiddleware",
    "pages.middleware.NotAllowedMiddleware",
    "pages.middleware.DisclosureMiddleware",
    "pages.middleware.MergedMiddleware",
    "pages.once.SentOnceMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "pages.forms.renderer.PageFormRenderer"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            # As template_partials sets them up, with a loader that leaves indentation out.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", ["lib.flush_templates.Loader"])],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "pages.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "lucide.templatetags.lucide",
                "pages.templatetags.ui",
                "pages.templatetags.navigation",
            ],
        },
    },
]

# --- Database: the application's role owns no table (docs/adr/0003) --------------------------------
# For poolers that reassign connections after each transaction (docs/operations.md, "PgBouncer").
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
# Whether the database refuses rows that the actor does not see, too (docs/adr/0046).
ROW_SECURITY = env.bool("ROW_SECURITY", default=True)


def _running(url: dict[str, Any]) -> dict[str, Any]:
    """Settings of connections for running processes.

    Session settings belong to the role (crm.database.roles).
    """
    # Number of executions before psycopg prepares a statement (lib.prepared; Django prepares none).
    options = {"prepare_threshold": None if DATABASE_POOLED else 5}
    return url | {
        "ENGINE": "crm.database",
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "POOLED": DATABASE_POOLED,
        "OPTIONS": CONNECTION_BOUNDS | url.get("OPTIONS", {}) | options,
    }


DATABASES = {
    "default": _running(env.db_url("DATABASE_URL")),
    # Numbers and seals of the activity log, used by the worker that publishes it (audit.tasks).
    "audit": _running(env.db_url("DATABASE_AUDIT_URL", default=env.str("DATABASE_URL"))),
    # Migrations only: `manage.py prepare_database` uses it.
    "owner": env.db_url("DATABASE_OWNER_URL", default=env.str("DATABASE_URL")),
}

REDIS_URL = env.str("REDIS_URL")
REDIS_CACHE_URL = env.str("REDIS_CACHE_URL", default=REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "crm.cache.JSONCache",  # never pickle: docs/adr/0066
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "crm",
        "VERSION": 2,  # raised when the form of the values changes: 2 is JSON
        # One retry on a new connection, then give up, because a page must not wait for Redis.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)},
    },
}

# --- Background tasks: the database rows decide, the broker only wakes workers ---------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]  # a message in pickle is dropped
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody stops a worker by a message
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000  # kB: a larger process is replaced after its task
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, "priority_steps": [0]}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Number of imports and exports that run at once: fewer than workers, so that reminders need not wait.
JOBS_AT_ONCE = env.int("JOBS_AT_ONCE", default=1)

# --- E-mail ---------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25"))
if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "lib.smtp.EmailBackend"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)  # seconds for each reply of the mail server
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Proximity <proximity@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Folder of the demo's SMTP sink for its last messages; empty if emails are really sent.
MAIL_SINK_DIR = env.str("MAIL_SINK_DIR", default="")

# --- Signing in -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
_RULE = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_RULE}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["name", "email"]}},
    {"NAME": f"{_RULE}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_RULE}.CommonPasswordValidator"},
    {"NAME": "accounts.services.sessions.EndsWithPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.SignInForm",
    "change_password": "accounts.sign_in.forms.ChangeForm",
    "reset_password": "accounts.sign_in.forms.LinkForm",
    "reset_password_from_key": "accounts.sign_in.forms.ChooseForm",
    "user_token": "accounts.sign_in.forms.LinkOwnerForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.sign_in.links.LinkTokens"  # noqa: S105 (the name of a class)
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a password reset for an unknown address sends no email
ACCOUNT_EMAIL_NOTIFICATIONS = True  # users are notified of a changed password or second factor
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True  # until SESSION_HOURS are over, without a checkbox
SESSION_ENGINE = "accounts.services.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=15)
SESSION_HOURS = 10
SESSION_COOKIE_AGE = 24 * 60 * 60  # longer than a session, so that a late form can be assigned to its user
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Limits per network (ip) or per account and network (key), stored in Redis: while Redis is down nobody can
# sign in. Known devices have their own (accounts.sign_in). Others are allauth's own.
ACCOUNT_RATE_LIMITS = {"login": "100/m/ip", "login_failed": "20/m/ip,5/5m/key"}
PASSWORD_RESET_SECONDS = env.float("PASSWORD_RESET_SECONDS", default=0.5)  # the same for every address
# Number of proxies that write X-Forwarded-For. If it is too low, all sign-ins come from a proxy's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DEMO)
SECOND_FACTOR_FOR_ALL = env.bool("SECOND_FACTOR_FOR_ALL", default=True)  # not only above officer
SECOND_FACTOR_GRACE_DAYS = env.int("SECOND_FACTOR_GRACE_DAYS", default=0)
MFA_ADAPTER = "accounts.sign_in.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a touch of a plugged-in key proves nothing on a found device
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator entered it, and the invitation was sent there
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "accounts.sign_in.second_factor.SetUpOnce",
    "add_webauthn": "accounts.sign_in.forms.PasskeyForm",
    "authenticate": "accounts.sign_in.second_factor.SignInOnce",
    "reauthenticate": "accounts.sign_in.second_factor.ConfirmOnce",
}
# Single sign-on with the city's provider (OpenID Connect), only for people who have an account here.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID")
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # sign-in is a link: browsers block forms to other sites
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "city",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "pages.middleware.csrf_failure"

# --- Activity log: seals and search words (docs/operations.md) --------------------------------------
AUDIT_SIGNING_KEY_FILE = env.str("AUDIT_SIGNING_KEY_FILE", default="")  # private, of the worker alone
# Seals are shipped to a file and witnesses that administrators of this machine or its database cannot reach.
AUDIT_SEAL_FILE = env.str("AUDIT_SEAL_FILE", default="")
AUDIT_WITNESS_EMAIL = env.list("AUDIT_WITNESS_EMAIL", default=[])
AUDIT_WITNESS_URL = variable_checks.web_address("AUDIT_WITNESS_URL", env.str("AUDIT_WITNESS_URL", default=""))
AUDIT_WITNESS_FILE = env.str("AUDIT_WITNESS_FILE", default="")
# File with IDs of what was erased, so that a restored backup is erased again (docs/adr/0053).
ERASURE_LEDGER = env.str("ERASURE_LEDGER", default="")
# How many rows one retention rule removes on a day at most. The rest waits for the next day (docs/adr/0056).
RETENTION_ROWS_A_DAY = env.int("RETENTION_ROWS_A_DAY", default=1000)
# Keys for the hashes of search words, the current key first. Older keys are needed to test older searches.
AUDIT_SEARCH_KEY = env.list("AUDIT_SEARCH_KEY", default=[])
# Data keys of encrypted fields (`number:key`, the current one first) and the secrets that wrap them.
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
FIELD_SECRET = env.list("FIELD_SECRET", default=[])

# --- The API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.http.authentication.KeyAuthentication",
        "api.http.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["api.http.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.http.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.operations.Schema",
    "EXCEPTION_HANDLER": "api.http.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}
# Webhooks may call only public addresses and these `host:port` pairs (for a demo or the city's network).
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])
WEBHOOK_PORTS = env.list("WEBHOOK_PORTS", cast=int, default=[443])
# Number of different contacts per day that a user may read on pages and through the API without a reason.
SESSION_PEOPLE_OFFICER = env.int("SESSION_PEOPLE_OFFICER", default=60)
SESSION_PEOPLE_SUPERVISOR = env.int("SESSION_PEOPLE_SUPERVISOR", default=200)
WEBHOOK_SECONDS = env.int("WEBHOOK_SECONDS", default=15)
SPECTACULAR_SETTINGS = {
    "TITLE": "Proximity CRM",
    "LICENSE": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    "VERSION": "1.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/api/v1"}],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "POSTPROCESSING_HOOKS": ["api.schema.document.complete"],
}

# --- Languages: week starts on Monday everywhere (crm/formats) ------------------------------------
LANGUAGE_CODE = "en-gb"
# A language is offered once its catalogue has the texts for officers (tests/architecture/test_languages.py).
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["crm.formats"]
FIRST_DAY_OF_WEEK = 1
USE_TZ = True

# --- Static files: from the packages' folders in `run`, collected and hashed in the image ---------
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_FINDERS", default=False)
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else BASE_DIR / "staticfiles"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FONT_CACHE_DIR = Path(env.str("FONT_CACHE_DIR", default=str(BASE_DIR / ".data" / "fonts")))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "pages.fonts.FontFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Browser protection ---------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
# The API and calendar addresses reject plain HTTP. A redirect would hide that a client sends its key, or the
# address that is one, in clear text every time.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^livez$", r"^metrics$", r"^api/v1/", r"^feeds/"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # only on a local machine
# Browsers accept cookies with these names from this host only, over TLS.
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_PREFIX}csrftoken"
DEVICE_COOKIE_NAME = f"{_PREFIX}device"  # accounts.devices
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
# These bind all other sites of the domain, so the city decides.
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS and env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # they want both in any case
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BROWSER_REPORTS = "/browser-reports/"  # where browsers report what they blocked
CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(BROWSER_REPORTS, is_secure=HTTPS)}
REQUEST_SECONDS = env.float("REQUEST_SECONDS", default=15)  # to arrive in full (crm.request_timeouts)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Reports of vulnerabilities: /.well-known/security.txt (RFC 9116), if there is a contact ---------
SECURITY_CONTACT = variable_checks.contact("SECURITY_CONTACT", env.str("SECURITY_CONTACT", default=""))
SECURITY_EXPIRES = variable_checks.expiry(
    "SECURITY_EXPIRES", env.str("SECURITY_EXPIRES", default=""), needed=bool(SECURITY_CONTACT)
)
SECURITY_POLICY_URL = variable_checks.web_address(
    "SECURITY_POLICY_URL", env.str("SECURITY_POLICY_URL", default="")
)

# --- Metrics: counted and available only if a token is set (docs/operations.md) --------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")

# Called each minute while every part is up. Whoever is called raises the alarm when the calls stop.
WATCHDOG_URL = variable_checks.web_address("WATCHDOG_URL", env.str("WATCHDOG_URL", default=""))

# --- Logs: structured, without personal data ------------------------------------------------------
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # if it is sane (crm.middleware)
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # logging.DEBUG: one line for a request, at its end
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "crm.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},  # else 69 MB a day, for each poll of a broker
        "celery.app.trace": {"level": "WARNING"},
    },
}

# How long the figures of a period are provisional, and which states the scorecard remarks on
FIGURES_PROVISIONAL_DAYS = env.int("FIGURES_PROVISIONAL_DAYS", default=30)
# How long it is kept which records a kept figure counted; its numbers stay
FIGURES_MEMBERS_YEARS = env.int("FIGURES_MEMBERS_YEARS", default=3)
FIGURE_LIMITS = variable_checks.limits("FIGURE_LIMITS", env.list("FIGURE_LIMITS", default=[]))
# What a national scale calls the four levels of tension, from calm to acute
TENSION_SCALE = variable_checks.scale("TENSION_SCALE", env.list("TENSION_SCALE", default=[]))
# Days on which only staff on duty work: numbers of weekdays (0: Monday), and dates
WEEKDAYS_OFF, DATES_OFF = variable_checks.days_off("DAYS_OFF", env.list("DAYS_OFF", default=["sat", "sun"]))
