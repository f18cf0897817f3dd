"""The alert rules that are shipped fit the metrics that are given, and say what to do."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from trustui.core.trace import TrustState
from trustui.web import figures

PROJECT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROJECT / "deploy" / "alerts.yml").read_bytes())["groups"]
    for rule in group["rules"]
]
DOCUMENTATION = (PROJECT / "docs" / "operate" / "metrics.md").read_text(encoding="utf-8")

by_name = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


def given() -> set[str]:
    """Names of series, as Prometheus stores them."""
    names = set()
    for metric in figures.figures(NOW):
        suffix = {"counter": "_total", "info": "_info"}.get(metric.type, "")
        names.add(metric.name + suffix)
    return names


@by_name
@pytest.mark.django_db
def test_a_rule_asks_for_metrics_that_are_given(rule: dict[str, Any]) -> None:
    text = rule["expr"] + rule["annotations"]["runbook"] + rule["annotations"]["summary"]
    asked = set(re.findall(r"\btrustui_\w+", text))
    assert asked
    assert asked <= given()


@by_name
def test_a_rule_asks_for_trust_states_that_there_are(rule: dict[str, Any]) -> None:
    named = re.findall(r'state=~?"([^"]*)"', rule["expr"])
    assert {one for part in named for one in part.split("|")} <= set(TrustState)


@by_name
def test_a_rule_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["annotations"]["summary"]
    assert len(rule["annotations"]["runbook"]) > 80


def test_every_bad_state_has_a_rule() -> None:
    named = {
        state
        for rule in RULES
        for part in re.findall(r'state=~?"([^"]*)"', rule["expr"])
        for state in part.split("|")
    }
    fine = {TrustState.VERIFIED, TrustState.NOT_COVERED, TrustState.INHERITED}
    assert named == set(TrustState) - fine


@pytest.mark.django_db
def test_every_metric_is_documented_and_every_documented_one_is_given() -> None:
    documented = set(re.findall(r"^\| `(trustui_\w+)", DOCUMENTATION, re.MULTILINE))
    assert documented == given()


def test_every_rule_is_documented() -> None:
    documented = set(re.findall(r"^\| `(Trustui\w+)`", DOCUMENTATION, re.MULTILINE))
    assert documented == {rule["alert"] for rule in RULES}
