"""Settings. Everything a place may differ in comes from the environment (docs/operations.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

PACKAGE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("LANTU_DATA_DIR", "var")).resolve()


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?host=/socket/dir`` → Django's dictionary."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            "LANTU_DATABASE_URL 只支持 postgresql:// 地址 / only PostgreSQL is supported"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "lantu",
        "USER": unquote(parts.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "TEST": {"NAME": f"test_{unquote(parts.path.lstrip('/')) or 'lantu'}"},
    }


DEBUG = _flag("LANTU_DEBUG")
DEMO = _flag("LANTU_DEMO")
SECRET_KEY = os.environ.get("LANTU_SECRET_KEY", "")
if not SECRET_KEY:
    if not (DEBUG or _flag("LANTU_TESTING")):
        raise ImproperlyConfigured(
            "缺少 LANTU_SECRET_KEY：请用 `lantu up` 启动（会自动生成并保存），或自行设置。"
            " / LANTU_SECRET_KEY is missing: start with `lantu up`, or set it."
        )
    SECRET_KEY = "only-for-tests-and-debugging-" + "0" * 40

HOST = os.environ.get("LANTU_HOST", "127.0.0.1")
ALLOWED_HOSTS = [h for h in os.environ.get("LANTU_ALLOWED_HOSTS", "").split(",") if h] or (
    ["127.0.0.1", "localhost", "[::1]", "testserver"] if HOST in {"127.0.0.1", "localhost", "::1"} else ["*"]
)
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("LANTU_TRUSTED_ORIGINS", "").split(",") if o]
BEHIND_TLS = _flag("LANTU_BEHIND_TLS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "ninja",
    "lantu.core.apps.CoreConfig",
    "lantu.ui.apps.UiConfig",
    "lantu.accounts.apps.AccountsConfig",
    "lantu.projects.apps.ProjectsConfig",
    "lantu.duties.apps.DutiesConfig",
    "lantu.gis.apps.GisConfig",
    "lantu.lifecycle.apps.LifecycleConfig",
    "lantu.monitoring.apps.MonitoringConfig",
    "lantu.hazards.apps.HazardsConfig",
    "lantu.cockpit.apps.CockpitConfig",
    "lantu.site.apps.SiteConfig",
    # After the house, so that the house's own sign-in pages stand in for the library's.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

INSTALLED_APPS = [
    a
    for a in INSTALLED_APPS
    if not a.startswith("lantu.") or (PACKAGE_DIR / a.split(".")[1] / "apps.py").exists()
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lantu.core.middleware.RequestLogMiddleware",
    "lantu.core.middleware.PlainAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "csp.middleware.CSPMiddleware",
    "lantu.core.middleware.RefusalMiddleware",
    "lantu.accounts.middleware.SignedInMiddleware",
    "lantu.core.middleware.PlainFormMiddleware",
    "lantu.core.middleware_submissions.SubmissionMiddleware",
]

ROOT_URLCONF = "lantu.site.urls"
ASGI_APPLICATION = "lantu.site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lantu.ui.context.page",
            ],
        },
    }
]

DATABASES = {
    "default": _database(
        os.environ.get("LANTU_TEST_DATABASE_URL" if _flag("LANTU_TESTING") else "LANTU_DATABASE_URL", "")
        or "postgresql:///lantu"
    )
}
NATS_URL = os.environ.get("LANTU_NATS_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if _flag("LANTU_TESTING"):
    # A test makes a dozen people; the real hash is slow on purpose.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/work/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "lantu.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USER_DISPLAY = "lantu.accounts.adapter.display_name"
# Lockout: allauth counts failed logins per account and address in the shared cache.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,30/15m/ip"}
ACCOUNT_PREVENT_ENUMERATION = True
MFA_TOTP_ISSUER = "Lantu"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MAX_SESSIONS_PER_USER = 5

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"},
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = None
# Served from the package as it is: built front-end files carry their hash in the name.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/dist/assets/.+-[A-Za-z0-9_-]{8,}\.\w+$"
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MAX_EVIDENCE_BYTES = 30 * 1024 * 1024

CONTENT_SECURITY_POLICY: dict[str, dict[str, list[Any]]] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# Days of readings that stay as they came; how long sealed readings and their roll-ups are kept (0: for ever).
READINGS_HOT_DAYS = int(os.environ.get("LANTU_READINGS_HOT_DAYS", "3"))
READINGS_KEEP_DAYS = int(os.environ.get("LANTU_READINGS_KEEP_DAYS", "1095"))
ROLLUPS_KEEP_DAYS = int(os.environ.get("LANTU_ROLLUPS_KEEP_DAYS", "3650"))

# Copies of the stream of readings on the servers of a JetStream cluster; one server can hold one only.
STREAM_REPLICAS = int(os.environ.get("LANTU_STREAM_REPLICAS", "1"))
if STREAM_REPLICAS not in (1, 3, 5):
    raise ImproperlyConfigured(
        "LANTU_STREAM_REPLICAS 须为 1、3 或 5。 / LANTU_STREAM_REPLICAS must be 1, 3 or 5."
    )

# A device may send this many times its contract rate, and in any case so many messages a second; 0: no limit.
DEVICE_RATE_FACTOR = float(os.environ.get("LANTU_DEVICE_RATE_FACTOR", "20"))
DEVICE_RATE_FLOOR = float(os.environ.get("LANTU_DEVICE_RATE_FLOOR", "50"))

CITY_PACK = os.environ.get("LANTU_CITY_PACK", "dezhou")
CITY_NAME = os.environ.get("LANTU_CITY_NAME", "德州市")
# For readers of English; a city that names itself only in Chinese is called so.
CITY_NAME_EN = os.environ.get("LANTU_CITY_NAME_EN") or ("Dezhou" if CITY_NAME == "德州市" else CITY_NAME)
# Raster tiles are optional: the map is complete without them.
MAP_TILE_URL = os.environ.get("LANTU_MAP_TILE_URL", "")
if MAP_TILE_URL:
    tiles = urlsplit(MAP_TILE_URL)
    for directive in ("img-src", "connect-src"):
        CONTENT_SECURITY_POLICY["DIRECTIVES"][directive].append(f"{tiles.scheme}://{tiles.netloc}")

LOGGING_CONFIG = "lantu.core.logs.configure"
LOGGING = {"level": os.environ.get("LANTU_LOG_LEVEL", "INFO"), "json": not DEBUG}
