"""Django's settings, made from the environment (`environment`)."""

from pathlib import Path
from typing import Any

import dj_database_url

from trustui.settings.environment import Environment, read_environment
from trustui.settings.secrets import kept_secret
from trustui.settings.single_sign_on import origin, providers


def folder_of(name: str) -> Path:
    """`templates` or `static`: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


TRUSTUI: Environment = read_environment()
"""What the environment says, for the project's own code."""

BASE_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]


def _database(environment: Environment) -> dict[str, Any]:
    if environment.database_url.startswith("postgres"):
        parsed = dj_database_url.parse(
            environment.database_url, engine="trustui.settings.postgresql"
        )
        found: dict[str, Any] = dict(parsed)
        given = found.get("OPTIONS", {})
        found["OPTIONS"] = {
            **given,
            # Compiling a statement takes longer than any of ours takes to run.
            "options": f"{given.get('options', '')} -c jit=off".strip(),
            # Soon again after an outage: the library's own pauses grow to five minutes.
            "pool": {
                "min_size": 0,
                "max_size": environment.database_connections,
                "timeout": 30,
                "reconnect_timeout": 5,
            },
        }
        return found
    path = environment.database_url.removeprefix("sqlite:///")
    return {
        "ENGINE": "trustui.settings.sqlite",
        "NAME": path or environment.data / "trustui.sqlite3",
        "OPTIONS": {
            # Writers queue instead of failing half-way; history survives a power cut (FULL).
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # Statements over any number of rows differ in their text: kept ones only take memory.
            "cached_statements": 16,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-4096;",
        },
        # A file, as in use: a database in memory has neither WAL nor several connections.
        "TEST": {"NAME": environment.data / "test.sqlite3"},
    }


DEBUG = TRUSTUI.debug
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""Probes ask by these names, whatever the site is called."""

SECRET_KEY = TRUSTUI.secret_key or kept_secret(TRUSTUI.data / "secret.key")
ALLOWED_HOSTS = [*TRUSTUI.allowed_hosts, *LOOPBACK]
ROOT_URLCONF = "trustui.urls"
WSGI_APPLICATION = "trustui.wsgi.application"

INSTALLED_APPS = [
    *BASE_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "trustui.web",
    "trustui.accounts",
    "trustui.events",
    "trustui.jobs",
    "trustui.policies",
    "trustui.inventory",
    "trustui.images",
    "trustui.revocation",
    "trustui.verdicts",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "trustui.web.security.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trustui.web.sessions.SessionEndMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "trustui.web.security.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [folder_of("templates")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trustui.web.frame.frame",
            ],
            "builtins": ["trustui.web.templatetags.addresses"],
        },
    }
]
STATIC_URL = "static/"
STATICFILES_DIRS = [folder_of("static")]
WHITENOISE_USE_FINDERS = True

# ---- who signs in, and how long that holds

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["trustui.web.signed_in.Accounts"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",  # argon2id
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of accounts brought from elsewhere
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
ACCOUNT_ADAPTER = "trustui.web.signing_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True  # no cookie outlives SESSION_COOKIE_AGE anyway
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTUI.trusted_proxies
MFA_ADAPTER = "trustui.web.signing_in.MfaAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nothing goes by addresses, and nobody could verify one here
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "trustui"
MFA_TOTP_TOLERANCE = 1  # clocks of phones are half a minute off
SOCIALACCOUNT_ADAPTER = "trustui.web.signing_in.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = providers(TRUSTUI)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address at the provider proves no account here
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False

SESSION_ENGINE = "trustui.web.signed_in"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 3600

# ---- what browsers are told

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "trustui.web.errors.form_refused"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'", *origin(TRUSTUI)],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
"""Under the name that Django 6.0 reads; until then `trustui.web.security` does."""
if TRUSTUI.behind_tls:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|livez/workers|metrics)$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SESSION_COOKIE_NAME = "__Host-session"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"
    CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the other names below this one are not ours to bind to https
    "security.W021",  # nor is the list that browsers carry
]

# ---- the database

DATABASES = {"default": _database(TRUSTUI)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        # What counts failed sign-ins: shared by all processes, and there without Redis.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        # The default of 300 would let a flood of invented names push real counts out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
HTMX_VERSION = 2
"""Pages are written so that 4 works too, and the browser's tests run with both."""
REST_FRAMEWORK: dict[str, object] = {
    # Each endpoint says the rest itself (trustui.api.asking.Endpoint).
    "EXCEPTION_HANDLER": "trustui.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "trustui.api.schema.Schema",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "trustui",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "The same values as the pages, for programs: docs/api.md.",
    "SCHEMA_PATH_PREFIX": "/api/",
    "PATH_CONVERTER_OVERRIDES": {
        "number": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    "DISABLE_ERRORS_AND_WARNINGS": False,
}
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-us"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
