"""Settings of the product: the environment decides, the embedded services fill in."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env

from crm.embedded import service_addresses

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

VAR_DIR = Path(env.str("PORADA_VAR", str(BASE_DIR / "var")))
EMBEDDED = service_addresses(VAR_DIR)
# Sign-ins and passwords of a demo are made only beside a database that is ours to fill.
HAS_EXTERNAL_DATABASE = bool(env.str("DATABASE_URL", ""))


def _secret_key() -> str:
    """The signing key: from the environment, else made once and kept readable by the owner alone."""
    given = env.str("SECRET_KEY", "")
    if given:
        return given
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        fresh = VAR_DIR / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        # Of processes that start at the same time one makes the key, and all read that one.
        with suppress(FileExistsError):
            os.link(fresh, kept)
        fresh.unlink()
    return kept.read_text()


SECRET_KEY = _secret_key()
# Keys of before: what was signed or encrypted with them stays readable after a change of the key.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
DEBUG = env.bool("DEBUG", False)
BASE_URL = env.str("BASE_URL", EMBEDDED.get("web", "http://127.0.0.1:8000"))
IS_SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [urlsplit(BASE_URL).hostname or "127.0.0.1", "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "teams",
    "clients",
    "contacts",
    "projects",
    "tasks",
    "crm.access",
    "crm.comments",
    "crm.history",
    "crm.imports",
    "crm.listing",
    "crm.money",
    "crm.notifications",
    "crm.outbox",
    "crm.panels",
    "crm.search",
    "crm.timeline",
    "crm.ui",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "guardian",
    "simple_history",
    "tree_queries",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "teams.sessions.LastSeenMiddleware",
    "teams.second_factor.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "teams.middleware.PreferencesMiddleware",
    "teams.seeing.SeeingMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.ui.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "crm.ui.forms.FormRenderer"

DATABASES = {
    "default": {
        **dj_database_url.parse(
            env.str("DATABASE_URL", EMBEDDED.get("database", "postgres://porada@127.0.0.1:5432/porada"))
        ),
        "ATOMIC_REQUESTS": False,
        # A connection that died with its server is replaced when it is taken from the pool, not shown as an error.
        "CONN_HEALTH_CHECKS": True,
        # One pool a process, sized to gunicorn's threads: without persistent connections pages are 1.5 times slower.
        "OPTIONS": {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 12), "timeout": 10}},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", EMBEDDED.get("redis", "redis://127.0.0.1:6379/0"))
# Sign-in counts its attempts here: it must work with Redis down, so the database keeps them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "crm_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", "celery")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A Redis that hangs must not hang the page that only wants to announce a job.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "socket_timeout": 5}
# Redis may be away for as long as it likes: the worker waits.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# A round that no worker took in its time is dropped: the next one does the same work.
CELERY_BEAT_SCHEDULE = {
    "imports.sweep": {"task": "imports.sweep", "schedule": 15, "options": {"expires": 15}},
    "imports.forget_files": {"task": "imports.forget_files", "schedule": 60 * 60, "options": {"expires": 60 * 60}},
    "notifications.plan_digests": {
        "task": "notifications.plan_digests",
        "schedule": 5 * 60,
        "options": {"expires": 5 * 60},
    },
    "outbox.deliver_inside": {"task": "outbox.deliver_inside", "schedule": 10, "options": {"expires": 10}},
    "outbox.deliver_outside": {"task": "outbox.deliver_outside", "schedule": 10, "options": {"expires": 10}},
    "outbox.forget_done": {"task": "outbox.forget_done", "schedule": 60 * 60, "options": {"expires": 60 * 60}},
    "tasks.fire_reminders": {"task": "tasks.fire_reminders", "schedule": 5, "options": {"expires": 5}},
    "tasks.sweep_reminders": {"task": "tasks.sweep_reminders", "schedule": 60, "options": {"expires": 60}},
    "tasks.forget_calendars": {"task": "tasks.forget_calendars", "schedule": 60 * 60, "options": {"expires": 60 * 60}},
    "tasks.forget_reminders": {"task": "tasks.forget_reminders", "schedule": 60 * 60, "options": {"expires": 60 * 60}},
}

AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = [
    "teams.backends.RightsBackend",
    "teams.backends.SignInBackend",
]
ANONYMOUS_USER_NAME = None
# Shares are read through crm.access, whose backend answers for guardian's too.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "teams.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Porada: "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# allauth's own generator files the address away, and a link would go there still after a person has given it up.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# After this a person shows again that it is he before he touches his second factor.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
MFA_ADAPTER = "teams.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "teams.second_factor.CodeAtSignIn",
    "reauthenticate": "teams.second_factor.CodeAgain",
    "activate_totp": "teams.second_factor.FirstCode",
}
MFA_TOTP_ISSUER = "Porada"
# Phones whose clock is half a minute off are let in.
MFA_TOTP_TOLERANCE = 1
# Addresses are given by administrators, who know their people.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Behind a proxy everybody comes from its address: how many of them to believe about the visitor's.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key", "reset_password": "10/h/ip,3/h/key"}

EMAIL_CONFIG = env.dj_email_url("EMAIL_URL", "console://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_CONFIG["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL_CONFIG["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Porada <porada@localhost>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("uk", _("Ukrainian")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Europe/Kyiv")

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
# Uploads are read by a worker in its own time; they never pass through a public URL.
UPLOADS_DIR = VAR_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "crm.ui.static_files.StaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None
SESSION_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

SIMPLE_HISTORY_DATE_INDEX = False
SIMPLE_HISTORY_REVERT_DISABLED = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"calendar_links": {"()": "tasks.calendars.logs.HideCalendarLinks"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["calendar_links"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}
