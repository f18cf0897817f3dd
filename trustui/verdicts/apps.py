"""The app."""

from django.apps import AppConfig


class VerdictsConfig(AppConfig):
    """`trustui.verdicts`."""

    name = "trustui.verdicts"
