"""The app."""

from django.apps import AppConfig


class ImagesConfig(AppConfig):
    """`trustui.images`."""

    name = "trustui.images"
