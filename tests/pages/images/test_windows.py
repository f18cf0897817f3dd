"""What trust material holds, and what says why it cannot be read."""

import pytest

from tests.simulators.image_repository import files
from trustui.pages.images.windows import windows_of
from trustui.policies.models import MaterialKind


@pytest.mark.parametrize(
    ("kind", "name", "least"),
    [
        (MaterialKind.TRUSTED_ROOT, "trusted_root.json", 4),
        (MaterialKind.CERTIFICATES, "chain.pem", 2),
        (MaterialKind.PUBLIC_KEY, "key.pub", 1),
    ],
)
def test_each_kind_is_told_line_by_line(kind: str, name: str, least: int) -> None:
    lines, problem = windows_of(kind, files()[name])
    assert problem == ""
    assert len(lines) >= least
    assert all(one.fingerprint for one in lines)


@pytest.mark.parametrize("kind", list(MaterialKind))
def test_what_is_something_else_says_why(kind: str) -> None:
    lines, problem = windows_of(kind, b"nothing that could be used")
    assert lines == ()
    assert problem
