"""The exit status of a verdict (documented in README)."""

from trustui.core.trace import Outcome

EXIT_STATUS = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.UNDECIDED: 3}
UNUSABLE = 2
"""Arguments that cannot be understood."""
