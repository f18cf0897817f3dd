"""The settings behind TLS: what Django's own check for deployments has to say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

PROJECT = Path(__file__).resolve().parents[2]

SHOW = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT)
print(settings.SECURE_HSTS_SECONDS >= 31536000, settings.DEBUG, settings.SESSION_COOKIE_AGE)
print(" ".join(settings.SECURE_CSP["form-action"]))
"""


def run(tmp_path: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "trustui.settings",
        "TRUSTUI_DATA": str(tmp_path),
        "TRUSTUI_BEHIND_TLS": "1",
        "TRUSTUI_ALLOWED_HOSTS": "trust.example",
        "TRUSTUI_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP",
        "TRUSTUI_OIDC_ISSUER": "https://id.example:8443/realm",
        "TRUSTUI_OIDC_CLIENT_ID": "trustui",
        "TRUSTUI_OIDC_CLIENT_SECRET": "of a test",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("level", ["WARNING"])
def test_the_check_for_deployments_finds_nothing(tmp_path: Path, level: str) -> None:
    said = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", level)
    assert "System check identified no issues" in said


def test_cookies_are_bound_to_this_host_and_to_https(tmp_path: Path) -> None:
    said = run(tmp_path, "-c", SHOW).splitlines()
    assert said == [
        "__Host-session __Host-csrf",
        "True True True",
        "True False 43200",
        "'self' https://id.example:8443",
    ]
