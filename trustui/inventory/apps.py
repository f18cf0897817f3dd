"""The app."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """`trustui.inventory`."""

    name = "trustui.inventory"
