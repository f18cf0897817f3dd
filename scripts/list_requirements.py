"""Print what pyproject.toml asks for, one requirement a line: what `make lock` compiles.

Arguments name extras or dependency groups to add to the runtime dependencies. pyproject.toml stays the one
place where a dependency is named; pip-compile reads no dependency groups itself.

Markers are left out: pip-compile would drop what the interpreter at hand does not need, and the locks serve
every Python 3.11. redis needs async-timeout below 3.11.3, and Debian 12 has 3.11.2.
"""

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def requirements(groups: list[str]) -> list[str]:
    declared = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    wanted: list[str] = [*declared["project"]["dependencies"]]
    named = declared["project"]["optional-dependencies"] | declared["dependency-groups"]
    for group in groups:
        wanted += named[group]
    return [requirement.partition(";")[0].strip() for requirement in wanted]


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1:])))
