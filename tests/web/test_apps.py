"""What the app brings to every start."""

from django.core.checks.registry import registry


def test_routes_are_checked_at_each_start() -> None:
    assert "routes_declare_their_needs" in {
        getattr(check, "__name__", "") for check in registry.get_checks()
    }
