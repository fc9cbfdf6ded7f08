"""The one settings module; every value that differs between machines comes from the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

from config.env import (
    env_bool,
    env_database,
    env_folder,
    env_int,
    env_list,
    env_origin,
    env_path,
    env_secret,
    env_str,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env_path("YANGGUANG_DATA", Path.cwd() / "data")


def _kept_secret(name: str) -> str:
    """Return the secret of this installation, made once and kept in the data folder."""
    path = DATA_DIR / name
    if not path.exists():
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # the first of two processes wins
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()


# Whoever reaches the platform from elsewhere does so through HTTPS; loopback alone may do without.
HOSTS = env_list("YANGGUANG_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
IS_LOOPBACK = all(host in {"localhost", "127.0.0.1", "[::1]", "testserver"} for host in HOSTS)

SECRET_KEY = env_secret("YANGGUANG_SECRET_KEY") or _kept_secret("secret.key")
DEBUG = env_bool("YANGGUANG_DEBUG", default=False)
ALLOWED_HOSTS = HOSTS
CSRF_TRUSTED_ORIGINS = env_list("YANGGUANG_ORIGINS", [])
YANGGUANG_DEMO = env_bool("YANGGUANG_DEMO", default=False)
PLATFORM_NAME = env_str("YANGGUANG_NAME", "yangguang.example")  # names the platform's keys and tenders
PLATFORM_KEY = env_secret("YANGGUANG_PLATFORM_KEY")  # base64url of 32 bytes; without one, a key is made and kept
LOG_KEY = env_secret("YANGGUANG_LOG_KEY")  # the same; the sequencer's alone
WITNESS_POLICY = env_str("YANGGUANG_WITNESSES")  # a file (c2sp.org/tlog-policy); without one, house witnesses
APPLICATION_DATABASE = env_database("YANGGUANG_APPLICATION_DATABASE_URL")  # for log_roles alone: whom it makes
SEQUENCER_DATABASE = env_database("YANGGUANG_SEQUENCER_DATABASE_URL")
LOG_ROLES_REQUIRED = env_bool("YANGGUANG_LOG_ROLES", default=False)  # refuse database users that may change the log
LOG_INLINE = False  # True: whoever waits for the log takes its turns, and no sequencer runs beside (tests)
TIMESTAMP_AUTHORITIES = env_str("YANGGUANG_TSA")  # a file (docs/timestamps.md); without one, nobody stamps
PUBLIC_URL = env_str("YANGGUANG_URL", "http://127.0.0.1:8000")

# Passkeys belong to one origin and its host name; on one's own machine that is localhost.
PASSKEY_ORIGIN = env_origin("YANGGUANG_PASSKEY_ORIGIN", PUBLIC_URL)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "channels",
    "core",
    "accounts",
    "trading",
    "bidding",
    "evaluation",
    "intermediaries",
    "supervision",
    "disclosure",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.middleware.FetchMetadataMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ActorMiddleware",
    "core.middleware.RefusalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.page",
            ],
            "builtins": ["core.templatetags.yangguang"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    # trusted_schema stays on: with it off, SQLite 3.40 refuses JSON_VALID in the check constraints of JSON columns.
    # recursive_triggers: without it, INSERT OR REPLACE deletes a row of evidence past the trigger that refuses it.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
}
_database = env_database("DATABASE_URL") or {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "yangguang.sqlite3",
}
if "sqlite" in _database["ENGINE"]:
    _database["OPTIONS"] = SQLITE_OPTIONS
else:
    _database.setdefault("CONN_MAX_AGE", 600)
DATABASES = {"default": _database | {"ATOMIC_REQUESTS": False}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_str("REDIS_URL")
VRF_KEYS_DIR = env_path("YANGGUANG_VRF_KEYS", DATA_DIR / "vrf")  # secrets of draws: the worker's host alone
STORAGE_ROOT = env_folder("STORAGE_URL", DATA_DIR / "files")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ),
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PasswordBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/desk"
LOGOUT_REDIRECT_URL = "/"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = env_int("YANGGUANG_IDLE_SECONDS", 30 * 60)
STEP_UP_SECONDS = 5 * 60
CHALLENGE_SECONDS = 5 * 60
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
if not IS_LOOPBACK:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env_bool("YANGGUANG_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env_path("YANGGUANG_STATIC", DATA_DIR / "static")
WHITENOISE_USE_FINDERS = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_TEMP_DIR = None
UPLOAD_PART_BYTES = 8 * 2**20
UPLOAD_SLOTS_PER_LOT = env_int("YANGGUANG_UPLOAD_SLOTS", 20)
UPLOAD_MAX_BYTES = env_int("YANGGUANG_UPLOAD_MAX_BYTES", 2 * 2**30)

CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"polling_interval": 0.02}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env_str("YANGGUANG_LOG", "INFO")},
}
