"""Which rules made a verdict: kept with it, so that an upgrade concludes everything again."""

from trustui import __version__
from trustui.core.formats.tuf import FORMAT, RULES

VERIFIER = f"trustui/{__version__} tuf/{FORMAT.spec.removeprefix('TUF ')} rules {RULES}"
