"""Django's settings, made from the environment (`environment`)."""

from typing import Any

import dj_database_url

from trustui.settings.environment import Environment, read_environment
from trustui.settings.secrets import kept_secret

TRUSTUI: Environment = read_environment()
"""What the environment says, for the project's own code."""

BASE_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]


def _database(environment: Environment) -> dict[str, Any]:
    if environment.database_url.startswith("postgres"):
        found: dict[str, Any] = dict(dj_database_url.parse(environment.database_url))
        found["OPTIONS"] = {
            **found.get("OPTIONS", {}),
            "pool": {"min_size": 0, "max_size": environment.database_connections, "timeout": 30},
        }
        return found
    path = environment.database_url.removeprefix("sqlite:///")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path or environment.data / "trustui.sqlite3",
        "OPTIONS": {
            # Writers queue instead of failing half-way; history survives a power cut (FULL).
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;",
        },
        # A file, as in use: a database in memory has neither WAL nor several connections.
        "TEST": {"NAME": environment.data / "test.sqlite3"},
    }


DEBUG = TRUSTUI.debug
SECRET_KEY = TRUSTUI.secret_key or kept_secret(TRUSTUI.data / "secret.key")
ALLOWED_HOSTS = list(TRUSTUI.allowed_hosts)
ROOT_URLCONF = "trustui.urls"
WSGI_APPLICATION = "trustui.wsgi.application"

INSTALLED_APPS = [
    *BASE_APPS,
    "trustui.accounts",
    "trustui.events",
    "trustui.jobs",
    "trustui.policies",
    "trustui.inventory",
    "trustui.verdicts",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
DATABASES = {"default": _database(TRUSTUI)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
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
