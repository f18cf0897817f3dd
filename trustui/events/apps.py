"""The app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """`trustui.events`."""

    name = "trustui.events"
