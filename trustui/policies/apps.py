"""The app."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """`trustui.policies`."""

    name = "trustui.policies"
