"""The app."""

from django.apps import AppConfig


class RevocationConfig(AppConfig):
    """`trustui.revocation`."""

    name = "trustui.revocation"
