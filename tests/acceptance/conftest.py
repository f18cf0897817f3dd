"""The whole of the product, on real data and against places that mean harm."""

import pytest

from tests.simulators.command_line import Trustui, command_line


@pytest.fixture
def trustui(capsys: pytest.CaptureFixture[str]) -> Trustui:
    return command_line(capsys)
