"""What can be verified: each kind is there, and only the one that is asked for is loaded."""

import subprocess
import sys

import pytest

from tests.simulators.command_line import Trustui
from trustui.cli.main import parser
from trustui.cli.verify import KINDS


def test_the_help_names_every_kind(trustui: Trustui) -> None:
    answer = trustui("verify", "--help")
    assert answer.status == 0
    assert "{tuf,image,bundle,blob}" in answer.out or all(kind in answer.out for kind in KINDS)


def test_a_kind_that_there_is_not_is_told_which_there_are(trustui: Trustui) -> None:
    answer = trustui("verify", "zip", "file")
    assert answer.status == 2
    assert all(kind in answer.err for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_grammar_of_one_kind_knows_no_other(kind: str) -> None:
    whole, alone = parser().format_help(), parser(("verify", kind)).format_help()
    assert "verify" in alone
    assert len(alone) < len(whole)


def test_whoever_verifies_tuf_loads_nothing_about_images() -> None:
    script = (
        "import sys; from trustui.cli.main import parser; parser(('verify', 'tuf'));"
        "print([name for name in sys.modules if name.startswith('trustui.core.images')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"
