"""Metrics that go up and down, as the encoder of Prometheus takes them."""

from collections.abc import Iterable, Sequence

from prometheus_client.metrics_core import GaugeMetricFamily, Metric


def gauge(name: str, text: str, value: float) -> Metric:
    """One number; `text` says what it is."""
    return GaugeMetricFamily(name, text, value=value)


def gauges(
    name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]
) -> Metric:
    """Numbers by the values of their labels."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family
