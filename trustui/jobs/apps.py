"""The app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """`trustui.jobs`."""

    name = "trustui.jobs"
