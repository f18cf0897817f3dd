"""tuf-js's client, run by Node.js over many scenarios at once, and its answers as a peer's."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.differential.clients import Answer
from tests.differential.scenario import Scenario, Visit
from tests.simulators.metadata_server import serving

SCRIPT = Path(__file__).with_name("tuf_js_client.mjs")
VARIABLE = "TRUSTUI_TUF_JS"


def installed() -> Path:
    """The folder whose node_modules has tuf-js; skips with its reason where there is none."""
    folder = Path(os.environ.get(VARIABLE, "")).absolute()
    if shutil.which("node") is None:
        pytest.skip("Node.js is not on this machine, so tuf-js cannot run")
    if not (folder / "node_modules" / "tuf-js").is_dir():
        pytest.skip(f"{VARIABLE} names no folder with node_modules/tuf-js: a peer, not a part")
    return folder


class Recorded:
    """What tuf-js answered at the visits of one scenario, in order."""

    def __init__(self, answers: Sequence[dict[str, Any]]) -> None:
        self._answers = iter(answers)

    def visit(self, _: Visit) -> tuple[Answer, str]:
        one = next(self._answers)
        kept = {role: base64.b64decode(body) for role, body in one["kept"].items()}
        return Answer(one["refreshed"], one["found"], kept), one["error"]


def answers(scenarios: Sequence[Scenario], peer: Path, folder: Path) -> list[Recorded]:
    """Let tuf-js make every visit of every scenario; all have one instant."""
    files: dict[str, bytes] = {}
    unavailable: set[str] = set()
    for number, scenario in enumerate(scenarios):
        (folder / str(number)).mkdir()
        (folder / str(number) / "root.json").write_bytes(scenario.root)
        for count, visit in enumerate(scenario.visits):
            place = f"/{number}/{count}"
            files |= {f"{place}/{name}": body for name, body in visit.files.items()}
            unavailable |= {f"{place}/{name}" for name in visit.unavailable}
    with serving(files, frozenset(unavailable)) as address:
        asked = [
            {
                "dir": str(folder / str(number)),
                "path": scenario.path,
                "visits": [f"{address}/{number}/{count}" for count in range(len(scenario.visits))],
            }
            for number, scenario in enumerate(scenarios)
        ]
        said = subprocess.run(
            ["node", SCRIPT, peer, scenarios[0].at.isoformat()],  # noqa: S607
            input="".join(f"{json.dumps(one)}\n" for one in asked),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [Recorded(json.loads(line)) for line in said.stdout.splitlines()]
