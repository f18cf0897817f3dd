"""The part that all documents share: what is asked for, and the order of the checks."""

import pytest

from tests.vectors.tuf.builders import client, delegating
from trustui.core.formats.tuf.delegations import DELEGATED
from trustui.core.formats.tuf.reading import Request, Workflow, rows
from trustui.core.formats.tuf.verify import INITIAL_ROOT, NEXT_ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from trustui.core.trace import Check, passed


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (Request("timestamp", None, 1), "timestamp.json"),
        (Request("root", 3, 1), "3.root.json"),
        (Request("a/b", 12, 1), "12.a/b.json"),
    ],
)
def test_a_request_has_a_file_name(request_: Request, name: str) -> None:
    assert request_.file_name == name


def test_rows_cite_the_specification() -> None:
    ((check, judge),) = rows(("tuf.demo", "§5.9", lambda _: passed("yes")))
    assert check == Check("tuf.demo", "TUF 1.0.34 §5.9")
    assert callable(judge)


@pytest.mark.parametrize(
    "workflow", [INITIAL_ROOT, NEXT_ROOT, TIMESTAMP, SNAPSHOT, TARGETS, DELEGATED]
)
def test_each_workflow_states_each_of_its_checks_once(workflow: Workflow) -> None:
    assert len(set(workflow.ids)) == len(workflow.ids)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (".fetch", ".fetch.length"),
        (".fetch.length", "snapshot.hash"),
        ("snapshot.hash", "meta.parse"),
        ("meta.parse", "meta.type"),
        ("meta.type", "meta.spec_version"),
        ("meta.spec_version", "meta.schema"),
        ("meta.schema", "meta.version.positive"),
        ("meta.version.positive", "sig.keyid.unique"),
        ("sig.keyid.unique", "sig.invalid"),
        ("sig.invalid", "signature.threshold"),
        ("signature.threshold", "version.match"),
        ("version.match", "rollback.targets_version"),
        ("rollback.role_removed", "freeze.expired"),
    ],
)
def test_shape_comes_before_signatures_and_expiry_last(before: str, after: str) -> None:
    ids = SNAPSHOT.ids
    positions = [
        max(n for n, id_ in enumerate(ids) if id_.endswith(end)) for end in (before, after)
    ]
    assert positions == sorted(positions)


def test_a_plan_states_what_then_runs() -> None:
    repo = delegating(meta_hashes=True)
    verdict = client(repo).verify(repo.files)
    ran = [step.check for step in verdict.trace.steps if step.group == "snapshot"]
    assert ran == list(SNAPSHOT.ids)
