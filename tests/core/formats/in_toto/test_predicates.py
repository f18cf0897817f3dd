from typing import Any

import pytest

from trustui.core.formats.in_toto.predicates import readable
from trustui.core.primitives.statements import TYPES, Statement, Subject
from trustui.core.primitives.text import has_hidden_characters

CASES: list[tuple[str, Any, dict[str, str]]] = [
    (
        "https://slsa.dev/provenance/v1",
        {
            "buildDefinition": {
                "buildType": "https://actions.example/workflow/v1",
                "externalParameters": {
                    "workflow": {"repository": "https://git.example/a", "ref": "main"}
                },
                "resolvedDependencies": [{"uri": "git+https://git.example/a@main"}],
            },
            "runDetails": {
                "builder": {"id": "https://builder.example"},
                "metadata": {"finishedOn": "now"},
            },
        },
        {
            "builder": "https://builder.example",
            "workflow ref": "main",
            "source": "git+https://git.example/a@main",
            "materials": "1 dependency",
        },
    ),
    (
        "https://slsa.dev/provenance/v0.2",
        {"builder": {"id": "b"}, "materials": [], "invocation": {"configSource": {"uri": "git+x"}}},
        {"builder": "b", "materials": "0 materials", "source": "git+x"},
    ),
    (
        "https://spdx.dev/Document",
        {
            "Data": {
                "spdxVersion": "SPDX-2.3",
                "packages": [{}],
                "creationInfo": {"creators": ["Tool: a"]},
            }
        },
        {"version": "SPDX-2.3", "packages": "1 package", "by": "Tool: a"},
    ),
    (
        "https://spdx.dev/Document",
        {
            "@graph": [
                {"type": "CreationInfo", "specVersion": "3.0.1"},
                {"type": "SpdxDocument", "name": "app"},
                {"type": "software_Package"},
                "no element",
            ]
        },
        {"version": "3.0.1", "packages": "1 package", "name": "app"},
    ),
    ("https://spdx.dev/Document", {"@graph": 1}, {"packages": "0 packages"}),
    (
        "https://cyclonedx.org/bom",
        {"specVersion": "1.5", "components": [1, 2], "metadata": {"component": {"name": "app"}}},
        {"version": "1.5", "components": "2 components", "about": "app"},
    ),
    (
        "https://cosign.sigstore.dev/attestation/vuln/v1",
        {"scanner": {"uri": "pkg:scanner", "db": {"uri": "db"}}},
        {"scanner": "pkg:scanner", "database": "db"},
    ),
    (
        "https://slsa.dev/verification_summary/v1",
        {"verificationResult": "PASSED", "verifiedLevels": ["SLSA_BUILD_LEVEL_3"]},
        {"result": "PASSED", "level": "SLSA_BUILD_LEVEL_3"},
    ),
    ("https://acme.example/own", {"a": 1, "b": [1]}, {"a": "1", "b": "a list of 1"}),
]


def lines(predicate_type: str, predicate: Any) -> dict[str, str]:
    statement = Statement(TYPES[0], (Subject({"sha256": "00"}),), predicate_type, predicate)
    return {line.label: line.text for line in readable(statement)}


@pytest.mark.parametrize(("predicate_type", "predicate", "told"), CASES)
def test_what_it_says_is_told_in_lines(
    predicate_type: str, predicate: Any, told: dict[str, str]
) -> None:
    found = lines(predicate_type, predicate)
    assert {label: found.get(label) for label in told} == told


@pytest.mark.parametrize("predicate_type", [case[0] for case in CASES])
@pytest.mark.parametrize(
    "predicate",
    [None, [], "x", {}, {"builder": 7, "metadata": [], "verifiedLevels": 3, "Data": []}],
)
def test_what_has_another_form_is_left_out(predicate_type: str, predicate: Any) -> None:
    assert isinstance(lines(predicate_type, predicate), dict)


def test_hidden_characters_are_made_visible() -> None:
    found = lines("https://cyclonedx.org/bom", {"specVersion": "1\u202e5"})
    assert found == {"version": "1\\u{202E}5"}
    assert not has_hidden_characters(found["version"])
