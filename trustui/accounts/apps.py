"""The app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """`trustui.accounts`."""

    name = "trustui.accounts"
