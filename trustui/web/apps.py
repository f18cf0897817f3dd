"""The app of pages."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import import_string


class WebConfig(AppConfig):
    """`trustui.web`; it has templates' tags and no tables."""

    name = "trustui.web"

    def ready(self) -> None:
        """Register the checks of `manage.py check`; models are not there any earlier."""
        register(import_string("trustui.web.checks.routes_declare_their_needs"))
