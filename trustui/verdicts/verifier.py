"""Which rules made a verdict: kept with it, so that an upgrade concludes everything again."""

from trustui import __version__
from trustui.core.formats.tuf import FORMAT, RULES
from trustui.core.images.states import RULES as IMAGE_RULES

VERIFIER = f"trustui/{__version__} tuf/{FORMAT.spec.removeprefix('TUF ')} rules {RULES}"
IMAGE_VERIFIER = f"trustui/{__version__} images rules {IMAGE_RULES}"
