"""The one settings file; every choice comes from the environment.

With nothing set: SQLite, an embedded message transport and a secret key of this installation, all
under WEIR_DATA_DIR. With DATABASE_URL and REDIS_URL: PostgreSQL and Redis. The code is the same.

=====================  ============================================================================
WEIR_DATA_DIR          folder of database, messages and secret key; ./var when not set
WEIR_SECRET_KEY        at least 32 characters; made once and kept in the data folder when not set
WEIR_ALLOWED_HOSTS     comma-separated host names; this machine only when not set
WEIR_PUBLIC_URL        where browsers reach it; https:// turns on secure cookies and HSTS
WEIR_TRUST_PROXY       believe X-Forwarded-Proto and X-Forwarded-For of the proxy in front
WEIR_SMTP_URL          smtp://user:password@host:587 or smtps://…; mail is printed when not set
WEIR_MAIL_FROM         who mail is from
WEIR_WEBHOOK_NETWORKS  private networks that webhooks may call, such as 10.1.0.0/16; none if unset
WEIR_OWNER_EMAIL       who owns the workspace that is made at the first start
DATABASE_URL           postgres://… or sqlite:///…
REDIS_URL              redis://… or rediss://…
WEIR_LEASE_S           seconds until a silent worker loses its run
WEIR_REQUESTS_PER_MIN  per token or person
WEIR_PREVIEWS_PER_MIN  per token or person
WEIR_KEEP_RUNS_DAYS    how long old runs are kept; the newest of each design always is
WEIR_PRICES_DIR        folder of imported price books, besides those of the program
WEIR_PRICE_DATE        date of the price book to use; the newest of each region when not set
WEIR_LOG_LEVEL         DEBUG INFO WARNING ERROR
WEIR_DEBUG             Django's debug pages for pages outside the API; never for others to reach
=====================  ============================================================================
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from designer import environment as env
from designer.api.ids import PATH_SCHEMAS

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

DATA_DIR = env.folder("WEIR_DATA_DIR", BASE_DIR / "var")
FRONTEND_DIR = env.folder("WEIR_FRONTEND_DIR", BASE_DIR / "frontend" / "dist")
EXAMPLES_DIR = BASE_DIR / "designer" / "examples"

DEBUG = env.flag("WEIR_DEBUG")
SECRET_KEY = env.secret("WEIR_SECRET_KEY", DATA_DIR / "secret.key")
PUBLIC_URL = env.url("WEIR_PUBLIC_URL", ("http", "https")).rstrip("/")
ALLOWED_HOSTS = env.names("WEIR_ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
OWNER_EMAIL = env.text("WEIR_OWNER_EMAIL", "owner@localhost")

# --- Application -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "designer.api",
    "designer.accounts",
    "designer.designs",
    "designer.notices",
    "designer.proposals",
    "estimator",
]

MIDDLEWARE = [
    "designer.api.middleware.RequestIdMiddleware",
    "designer.api.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "designer.api.middleware.GzipMiddleware",
    "django.middleware.common.CommonMiddleware",  # Refuses hosts we are not.
    "designer.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

ROOT_URLCONF = "designer.urls"
WSGI_APPLICATION = "designer.wsgi.application"
APPEND_SLASH = False

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_NAME = "weir_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "weir_csrf"
CSRF_COOKIE_HTTPONLY = True  # The page gets the value from /api/v1/me, not from the cookie.
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "designer.api.problems.csrf_failure"

BEHIND_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUST_PROXY = env.flag("WEIR_TRUST_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None

# --- Notices ---------------------------------------------------------------------------------

#: Private networks that webhooks may call all the same, such as 10.1.0.0/16.
WEBHOOK_NETWORKS = env.networks("WEIR_WEBHOOK_NETWORKS")
DEFAULT_FROM_EMAIL = env.text("WEIR_MAIL_FROM", "Weir <weir@localhost>")
SMTP_URL = env.url("WEIR_SMTP_URL", ("smtp", "smtps"))
EMAIL_TIMEOUT = 15
if SMTP_URL:
    vars().update(env.mail_server(SMTP_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# --- Database --------------------------------------------------------------------------------

DATABASE_URL = env.url("DATABASE_URL", ("postgres", "postgresql", "sqlite"))


def _database() -> dict[str, Any]:
    """Return the connection settings of the one database."""
    if DATABASE_URL and not DATABASE_URL.startswith("sqlite"):
        try:
            parsed = dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
        except (ValueError, KeyError):
            raise ImproperlyConfigured("DATABASE_URL cannot be read as a database URL") from None
        options = {"connect_timeout": 5, **parsed.get("OPTIONS", {})}
        return {**parsed, "OPTIONS": options}
    path = (
        DATABASE_URL.removeprefix("sqlite:///") if DATABASE_URL else str(DATA_DIR / "weir.sqlite3")
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # Readers and one writer side by side; a writer takes its lock at the start, so that two
            # writers wait for each other instead of failing half way.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Jobs ------------------------------------------------------------------------------------

REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
LEASE_S = env.number("WEIR_LEASE_S", 10.0, at_least=1, at_most=600)
SWEEP_EVERY_S = env.number("WEIR_SWEEP_EVERY_S", 5.0, at_least=0.5, at_most=300)
RING_AGAIN_AFTER_S = env.number("WEIR_RING_AGAIN_AFTER_S", 5.0, at_least=0.5, at_most=300)
MAX_ATTEMPTS = 3

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "weir",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "weir"}
}

# --- API -------------------------------------------------------------------------------------

MAX_BODY_BYTES = 5 * 1024 * 1024
MAX_JSON_DEPTH = 64
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # Forms only; API bodies have the limit above.
REQUESTS_PER_MIN = env.whole("WEIR_REQUESTS_PER_MIN", 1200, at_least=1, at_most=1_000_000)
PREVIEWS_PER_MIN = env.whole("WEIR_PREVIEWS_PER_MIN", 600, at_least=1, at_most=1_000_000)
LOGINS_PER_MIN = env.whole("WEIR_LOGINS_PER_MIN", 10, at_least=1, at_most=1_000_000)
TRASH_DAYS = 30
KEEP_RUNS_DAYS = env.whole("WEIR_KEEP_RUNS_DAYS", 180, at_least=1, at_most=36_500)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one names the way to sign in, in the 401's WWW-Authenticate.
        "designer.accounts.authentication.TokenAuthentication",
        "designer.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["designer.accounts.authentication.SignedInWithScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["designer.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["designer.api.throttles.RequestThrottle"],
    "DEFAULT_SCHEMA_CLASS": "designer.api.schema.WeirSchema",
    "EXCEPTION_HANDLER": "designer.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DATETIME_FORMAT": "iso-8601",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Weir",
    "DESCRIPTION": (
        "Draw event-driven AWS systems and know, before they are built, what they carry, how long "
        "an event takes, what they cost and where they break first."
    ),
    "VERSION": VERSION,
    "LICENSE": {"name": "MIT"},
    "SERVERS": [{"url": "/", "description": "This server"}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "PATH_CONVERTER_OVERRIDES": PATH_SCHEMAS,
    "POSTPROCESSING_HOOKS": ["designer.api.schema.finish"],
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "designer.accounts.models.Role",
        "ShareRoleEnum": "designer.designs.models.ShareRole",
        "ScopeEnum": "designer.accounts.models.Scope",
        "DeliveryStatusEnum": "designer.notices.models.Outcome",
        "EstimateStatusEnum": "estimator.models.Status",
        "EstimateKindEnum": ["estimate"],
        "SimulationKindEnum": ["simulation"],
        "WhatIfKindEnum": ["sweep", "sensitivity", "ranges", "optimise", "breakeven"],
        "WhatIfEngineEnum": ["flow", "simulation"],
        "ProposalStateEnum": "designer.proposals.models.State",
        "InvitationStateEnum": ["open", "accepted", "revoked", "expired"],
    },
}

# --- Files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [("app", FRONTEND_DIR)] if FRONTEND_DIR.is_dir() else []
WHITENOISE_USE_FINDERS = True  # Served from where the build puts them; nothing to collect.
WHITENOISE_MAX_AGE = 300
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/.+[-.][\w-]{8,}\.\w+$"

# --- Log -------------------------------------------------------------------------------------

LOG_LEVEL = env.text("WEIR_LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured(f"WEIR_LOG_LEVEL={LOG_LEVEL}: expected DEBUG INFO WARNING ERROR")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "designer.api.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # 4xx answers are the client's affair; 5xx still come through as errors.
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
    },
}
