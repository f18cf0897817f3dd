"""What surrounds the code keeps its promises: verbs, documents, decisions, locks."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
DECISIONS = PROJECT / "docs" / "adr"

REGISTRY_HOSTS = [
    "".join(parts)
    for parts in (
        ("npm", "js."),
        ("python", "hosted."),
        ("pypi", ".o"),
        ("proxy.", "golang"),
        ("sum.", "golang"),
        ("index.", "crates"),
        ("static.", "crates"),
        ("crates", ".io"),
        ("repo.", "maven."),
        ("repo1.", "maven."),
        ("maven.", "org"),
        ("deb.", "debian"),
    )
]
"""In parts, so that this file does not name them either."""


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def project_files() -> list[Path]:
    """What is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  git of the machine
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().rstrip("\0").split("\0")
    return [PROJECT / name for name in names if (PROJECT / name).is_file()]


def verbs() -> dict[str, str]:
    described = re.findall(r"^([a-z-]+):.*?## (.+)$", text_of("Makefile"), re.MULTILINE)
    return dict(described)


# ---- verbs


def test_make_alone_prints_every_verb() -> None:
    printed = subprocess.run(
        ["make", "--no-print-directory"],  # noqa: S607  make of the machine
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for verb, meaning in verbs().items():
        assert re.search(rf"^  make {verb} +{re.escape(meaning)}$", printed.stdout, re.MULTILINE)


def test_every_phony_verb_is_described() -> None:
    phony = re.findall(r"^\.PHONY: (.+)$", text_of("Makefile"), re.MULTILINE)
    assert set(phony) == set(verbs())


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md", ".ci/run"]
)
def test_every_verb_that_a_document_names_exists(document: str) -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)\b", "\n".join(code_in(document))))
    assert named <= set(verbs())


def code_in(document: str) -> list[str]:
    """Text in code marks and fences; the whole of a script."""
    text = text_of(document)
    if not document.endswith(".md"):
        return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def test_continuous_integration_runs_the_verbs_that_readme_names() -> None:
    script = PROJECT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    for verb in (
        "dev",
        "lint",
        "test",
        "matrices",
        "test-postgres",
        "faults",
        "browser",
        "coverage",
    ):
        assert f"make {verb}" in "\n".join(code_in(".ci/run"))


def test_every_test_that_touches_the_database_runs_on_postgresql_too() -> None:
    described = re.search(
        r"^ON_DATABASE := .*?tests/,(.+?)\)\)$", text_of("Makefile"), re.MULTILINE | re.DOTALL
    )
    assert described is not None
    listed = set(described[1].replace("\\\n", " ").split())
    tests = PROJECT / "tests"
    touching = {
        path.relative_to(tests).parts[0]
        for path in tests.rglob("test_*.py")
        if re.search(r"\b(django_db|transactional_db)\b", path.read_text(encoding="utf-8"))
    }
    assert touching - listed - {"architecture", "faults", "soak"} == set()


# ---- documents


@pytest.mark.parametrize(
    "document",
    [path for path in project_files() if path.suffix == ".md"],
    ids=lambda path: path.relative_to(PROJECT).as_posix(),
)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    relative = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in relative if not (document.parent / link).exists()] == []


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    headings = re.findall(r"^## (.+)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


def test_the_sections_of_the_changelog_stand_in_their_order() -> None:
    order = ["Security", "Removed", "Deprecated", "Added", "Changed", "Fixed"]
    for release in text_of("CHANGELOG.md").split("\n## ")[1:]:
        sections = re.findall(r"^### (.+)$", release, re.MULTILINE)
        assert sections == [section for section in order if section in sections]


def test_every_decision_stands_in_the_index_by_its_own_title() -> None:
    index = text_of("docs/adr/README.md")
    decisions = sorted(DECISIONS.glob("[0-9]*.md"))
    for decision in decisions:
        number, _, title = decision.read_text(encoding="utf-8").splitlines()[0][2:].partition(". ")
        assert f"| [{number}]({decision.name}) | {title} |" in index
    numbers = [int(decision.name[:4]) for decision in decisions]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "decision", sorted(DECISIONS.glob("[0-9]*.md")), ids=lambda path: path.stem
)
def test_every_decision_says_what_was_rejected(decision: Path) -> None:
    headings = re.findall(r"^## (.+)$", decision.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Alternatives rejected"]


# ---- configuration and locks


def test_every_rule_that_ruff_leaves_out_has_its_reason() -> None:
    section = text_of("pyproject.toml").split("\nignore = [\n")[1].split("\n]")[0]
    without = [line for line in section.splitlines() if not re.search(r'",\s+# \S', line)]
    assert without == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-server.lock", "requirements-dev.lock"]
)
def test_a_lock_pins_everything_by_hash_and_names_no_place(lock: str) -> None:
    text = text_of(lock)
    pins = re.split(r"\n(?=\S+==)", text[text.index("\n") :])[1:]
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"://|--\w*index|--find-links|--trusted-host|^-e|@ file|/home/", text) == []
    assert re.findall(r"^[A-Za-z][^=\n]*$", text, re.MULTILINE) == []


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    declared = tomllib.loads(text_of("pyproject.toml"))
    base = names_of(declared["project"]["dependencies"])
    server = names_of(declared["project"]["optional-dependencies"]["server"])
    development = names_of(declared["dependency-groups"]["dev"])
    assert base <= pinned("requirements.lock")
    assert server.isdisjoint(pinned("requirements.lock") - base)
    assert base | server <= pinned("requirements-server.lock")
    assert base | server | development <= pinned("requirements-dev.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-server.lock"])
def test_all_locks_pin_the_same_versions(lock: str) -> None:
    runtime = dict(re.findall(r"^(\S+)==(\S+)", text_of(lock), re.MULTILINE))
    development = dict(re.findall(r"^(\S+)==(\S+)", text_of("requirements-dev.lock"), re.MULTILINE))
    assert runtime.items() <= development.items()


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", one)[0].lower().replace("_", "-") for one in requirements}


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9.-]+)==", text_of(lock), re.MULTILINE))


def test_no_file_names_the_host_of_a_package_registry() -> None:
    named = [
        f"{path.relative_to(PROJECT)}: {host}"
        for path in project_files()
        for host in REGISTRY_HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert named == []
