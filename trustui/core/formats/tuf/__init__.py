"""TUF 1.0: metadata, the client workflow, delegations, lints."""

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.format import Format
from trustui.core.formats.tuf.delegations import (
    BROKEN,
    CYCLE,
    DELEGATED,
    FOUND,
    LISTED,
    MAX_ROLES,
    PATH_HASH_MATCH,
    PATH_MATCH,
    SHADOWED,
    SUCCINCT_BIN,
    TERMINATING,
)
from trustui.core.formats.tuf.lint import LINTS
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.target_files import HASH, LENGTH, NAME
from trustui.core.formats.tuf.verify import (
    FINAL_ROOT,
    INITIAL_ROOT,
    NEXT_ROOT,
    SNAPSHOT,
    START,
    TARGETS,
    TARGETS_LISTED,
    TIMESTAMP,
)
from trustui.core.formats.tuf.wellformed import SPEC
from trustui.core.trace import Check

RULES = 1
"""Raised with every change by which the same documents at the same instant may get another
verdict: what is stored is then concluded again."""


def recognizes(document: Document) -> bool:
    """Whether the document is well-formed TUF 1.0 metadata."""
    try:
        parse(document)
    except ParseError:
        return False
    return True


def _all_checks() -> tuple[Check, ...]:
    rows = (*START, *FINAL_ROOT, *TARGETS_LISTED, *LISTED)
    workflows = (INITIAL_ROOT, NEXT_ROOT, TIMESTAMP, SNAPSHOT, TARGETS, DELEGATED)
    lookup = (PATH_MATCH, PATH_HASH_MATCH, SUCCINCT_BIN, CYCLE, MAX_ROLES, TERMINATING, BROKEN)
    found = [check for check, _ in rows]
    found += [check for workflow in workflows for check in workflow.checks]
    found += [*lookup, FOUND, SHADOWED, NAME, LENGTH, HASH]
    return tuple({check.id: check for check in reversed(found)}.values())[::-1]


FORMAT = Format(
    name="tuf",
    spec=SPEC,
    recognizes=recognizes,
    parse=parse,
    facts=Metadata,
    checks=_all_checks(),
    findings=tuple(f"tuf.lint.{name}" for name in LINTS),
)
