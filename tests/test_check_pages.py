"""The pages of `docs/formats`: that they are read exactly, and that each is worth reading."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from trustui import check_pages
from trustui.check_pages import CheckPage, load_pages, parse_pages

PROJECT = Path(__file__).resolve().parents[1]
TUF = PROJECT / "docs" / "formats" / "tuf.md"

FIELDS = (
    "Title",
    "Failing",
    "Clause",
    "Kind",
    "Attack",
    "Meaning",
    "Causes",
    "How to check",
    "Fix",
)
GRAMMAR = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
ATTACKS = {
    "arbitrary installation",
    "endless data",
    "fast-forward",
    "freeze",
    "key compromise",
    "mix-and-match",
    "none",
    "rollback",
    "slow retrieval",
    "wrong software",
}
CLAUSE = re.compile(
    r"(?:TUF 1\.0\.34 §\d|TAP 15$|none(?:;| in TUF 1\.0\.34;) |Sigstore client specification §\d"
    r"|sigstore_[a-z]+\.proto |RFC \d+ §|C2SP |in-toto attestation 1 |cosign [A-Z]"
    r"|SPDX 2\.3 |DSSE 1\.0\.2 |distribution 1\.1 |image-spec 1\.1 |Notary [a-z-]+ \")"
)
TOP_LEVEL_WORKFLOW = {
    "tuf.root.": "5.3",
    "tuf.timestamp.": "5.4",
    "tuf.snapshot.": "5.5",
    "tuf.targets.": "5.6",
}
ALWAYS_NOTED = {
    "tuf.key.parse",
    "tuf.key.scheme.supported",
    "tuf.key.rsa.min_2048",
    "tuf.key.keyid.hash",
    "tuf.sig.empty",
    "tuf.sig.unknown_keyid",
    "tuf.sig.invalid",
    "tuf.sig.key.counted_once",
    "tuf.meta.threshold.reachable",
    "tuf.delegation.path.match",
    "tuf.delegation.path_hash.match",
    "tuf.delegation.cycle",
    "tuf.delegation.max_roles",
    "tuf.delegation.terminating",
    "tuf.target.shadowed",
    "tuf.equivocation",
}


def section(page_id: str = "tuf.a.b", without: str = "", **changed: str) -> str:
    values = {name: f"text of {name}." for name in FIELDS} | {"Kind": "check"} | changed
    fields = "".join(f"**{name}:** {values[name]}\n" for name in FIELDS if name != without)
    return f"### {page_id}\n\n{fields}\n"


@pytest.fixture(scope="module")
def pages() -> Mapping[str, CheckPage]:
    return load_pages()


def every(pages: Mapping[str, CheckPage], holds: Callable[[CheckPage], bool]) -> list[str]:
    """The ids for which something does not hold, so that a failure names all of them."""
    return [page.id for page in pages.values() if not holds(page)]


# Reading


def test_it_reads_each_field_into_its_member() -> None:
    page = parse_pages(section())["tuf.a.b"]
    assert msgspec.to_builtins(page) == {
        "id": "tuf.a.b",
        "title": "text of Title.",
        "failing": "text of Failing.",
        "clause": "text of Clause.",
        "kind": "check",
        "attack": "text of Attack.",
        "meaning": "text of Meaning.",
        "causes": "text of Causes.",
        "how_to_check": "text of How to check.",
        "fix": "text of Fix.",
        "book": "",
        "chapter": "",
    }


def test_it_names_the_titles_that_a_page_stands_under() -> None:
    text = (
        f"# One\n\n## Two\n\n{section('tuf.a')}\n{section('tuf.b')}\n## Three\n\n{section('tuf.c')}"
    )
    found = [(page.id, page.book, page.chapter) for page in parse_pages(text).values()]
    assert found == [("tuf.a", "One", "Two"), ("tuf.b", "One", "Two"), ("tuf.c", "One", "Three")]


def test_every_page_stands_in_a_book_and_a_chapter(pages: Mapping[str, CheckPage]) -> None:
    assert every(pages, lambda page: bool(page.book and page.chapter)) == []


def test_it_keeps_the_order_of_the_file() -> None:
    assert list(parse_pages(section("tuf.b") + section("tuf.a"))) == ["tuf.b", "tuf.a"]


def test_text_outside_sections_belongs_to_no_page() -> None:
    before = "# TUF\n\nIntroduction.\n\n- a list\n\n"
    between = "## Root\n\nMore words.\n\n"
    assert list(parse_pages(before + section() + between + section("tuf.c"))) == [
        "tuf.a.b",
        "tuf.c",
    ]


def test_a_file_without_sections_has_no_pages() -> None:
    assert parse_pages("# Formats\n\nNothing yet.\n") == {}


@pytest.mark.parametrize("missing", FIELDS)
def test_it_refuses_a_section_without_a_field(missing: str) -> None:
    with pytest.raises(ValueError, match=rf"tuf\.a\.b: field {missing} is missing"):
        parse_pages(section(without=missing))


def test_it_refuses_an_empty_field() -> None:
    with pytest.raises(ValueError, match=r"tuf\.a\.b: a line is no field: '\*\*Fix:"):
        parse_pages(section(Fix=""))


def test_it_refuses_a_field_that_stands_twice() -> None:
    with pytest.raises(ValueError, match=r"tuf\.a\.b: field Fix stands twice"):
        parse_pages(section() + "**Fix:** another.\n")


def test_it_refuses_an_unknown_field() -> None:
    with pytest.raises(ValueError, match=r"tuf\.a\.b: unknown field Cause"):
        parse_pages(section() + "**Cause:** a slip of the pen.\n")


def test_it_refuses_a_wrapped_paragraph_instead_of_cutting_it() -> None:
    with pytest.raises(ValueError, match=r"tuf\.a\.b: a line is no field: 'and so on'"):
        parse_pages(section(Fix="Begin\nand so on"))


def test_it_refuses_a_kind_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"tuf\.a\.b: field Kind is 'lint'"):
        parse_pages(section(Kind="lint"))


@pytest.mark.parametrize("kind", ["noted check", "finding"])
def test_what_fails_nothing_needs_no_words_for_failing(kind: str) -> None:
    assert parse_pages(section(without="Failing", Kind=kind))["tuf.a.b"].failing == ""


def test_a_finding_has_no_words_for_failing() -> None:
    with pytest.raises(ValueError, match=r"tuf\.a\.b: field Failing, but it fails nothing"):
        parse_pages(section(Kind="finding"))


@pytest.mark.parametrize(
    ("kind", "without", "noticed"),
    [
        ("noted check", "", "Text of Failing."),
        ("noted check", "Failing", "text of Title."),
        ("check", "", "text of Title."),
        ("finding", "Failing", "text of Title."),
    ],
)
def test_what_was_noticed_is_told_by_what_does_not_hold(
    kind: str, without: str, noticed: str
) -> None:
    page = parse_pages(section(without=without, Kind=kind))["tuf.a.b"]
    assert page.noticed == noticed


def test_what_is_failing_names_the_role() -> None:
    page = parse_pages(section(Failing="the role {role} has expired"))["tuf.a.b"]
    assert page.failing_on("team") == "the role team has expired"


def test_what_fails_nothing_is_told_by_its_title() -> None:
    page = parse_pages(section(without="Failing", Kind="noted check"))["tuf.a.b"]
    assert page.failing_on("team") == "text of Title."


def test_it_refuses_a_section_that_stands_twice() -> None:
    with pytest.raises(ValueError, match=r"section tuf\.a\.b stands twice"):
        parse_pages(section() + section())


@pytest.mark.parametrize("heading", ["Overview", "tuf", "tuf..a", "tuf.A", "tuf.a-b", "tuf.a b"])
def test_it_refuses_a_heading_that_is_no_id(heading: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        parse_pages(section(heading))


@pytest.mark.parametrize(
    ("fix", "advice"),
    [
        ("Do this. Then that.", "Do this."),
        ("Ask for `2.root.json` there. Then stop.", "Ask for `2.root.json` there."),
        ("No end", "No end"),
    ],
)
def test_the_advice_is_the_first_sentence_of_the_fix(fix: str, advice: str) -> None:
    assert parse_pages(section(Fix=fix))["tuf.a.b"].advice == advice


# Where the files are


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package in an empty place; `load_pages` looks there instead of here."""
    place = tmp_path / "site" / "trustui"
    place.mkdir(parents=True)
    monkeypatch.setattr(check_pages, "files", lambda _name: place)
    return place


def write(folder: Path, **texts: str) -> None:
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def loaded_anew() -> Mapping[str, CheckPage]:
    return load_pages.__wrapped__()


def test_an_installed_package_brings_its_own_pages(package: Path) -> None:
    write(package.parent / "docs" / "formats", other=section("other.a"))
    write(package / "docs" / "formats", tuf=section("tuf.a"), notary=section("notary.a"))
    assert list(loaded_anew()) == ["notary.a", "tuf.a"]


def test_a_checkout_has_its_pages_beside_the_package(package: Path) -> None:
    write(package.parent / "docs" / "formats", tuf=section("tuf.a"))
    assert list(loaded_anew()) == ["tuf.a"]


def test_it_reads_no_other_kind_of_file(package: Path) -> None:
    write(package / "docs" / "formats", tuf=section("tuf.a"))
    (package / "docs" / "formats" / "notes.txt").write_text(section("tuf.b"))
    assert list(loaded_anew()) == ["tuf.a"]


def test_it_says_where_it_looked_when_there_are_no_pages(package: Path) -> None:
    with pytest.raises(FileNotFoundError, match=re.escape(str(package))):
        loaded_anew()


def test_it_refuses_one_id_in_two_files(package: Path) -> None:
    write(package / "docs" / "formats", one=section("tuf.a"), two=section("tuf.a"))
    with pytest.raises(ValueError, match=r"section tuf\.a of two\.md stands in another file too"):
        loaded_anew()


def test_the_pages_are_read_once(pages: Mapping[str, CheckPage]) -> None:
    assert load_pages() is pages


def test_nobody_can_change_the_pages_for_others(pages: Mapping[str, CheckPage]) -> None:
    with pytest.raises(TypeError):
        pages["tuf.new"] = pages["tuf.meta.parse"]  # type: ignore[index]


def test_importing_the_module_reads_no_page() -> None:
    program = (
        "import sys; opened = []\n"
        "def hook(name, args):\n"
        "    if name == 'open': opened.append(str(args[0]))\n"
        "sys.addaudithook(hook)\n"
        "import trustui.check_pages\n"
        "print(sum(path.endswith('.md') for path in opened), len(opened) > 0)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert result.stdout.split() == ["0", "True"]


# What the pages say


def test_the_file_and_the_loader_agree_on_the_sections(pages: Mapping[str, CheckPage]) -> None:
    headings = re.findall(r"^### (\S+)$", TUF.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [page_id for page_id in pages if page_id.startswith("tuf.")]
    assert len(headings) > 90


def test_every_id_follows_the_grammar(pages: Mapping[str, CheckPage]) -> None:
    assert every(pages, lambda page: GRAMMAR.fullmatch(page.id) is not None) == []


def test_every_field_is_one_whole_sentence_or_more(pages: Mapping[str, CheckPage]) -> None:
    assert every(pages, lambda page: page.meaning.endswith(".") and page.causes.endswith(".")) == []
    assert every(pages, lambda page: page.fix.endswith(".") and page.attack.endswith(".")) == []
    assert every(pages, lambda page: page.how_to_check.endswith(".")) == []


def test_every_title_is_a_short_sentence_without_a_period(pages: Mapping[str, CheckPage]) -> None:
    assert every(pages, lambda page: len(page.title) < 80 and page.title[-1] not in ".:") == []


def test_every_failing_goes_on_after_a_colon(pages: Mapping[str, CheckPage]) -> None:
    """`Failing for 2 days: the timestamp has expired`."""

    def goes_on(page: CheckPage) -> bool:
        told = page.failing_on("a role")
        return not page.failing or (told[0].islower() and told[-1] not in ".:" and len(told) < 80)

    assert every(pages, goes_on) == []


def test_every_advice_stands_alone_in_one_line(pages: Mapping[str, CheckPage]) -> None:
    assert every(pages, lambda page: page.advice.endswith(".") and len(page.advice) < 160) == []
    assert every(pages, lambda page: len(page.advice.split()) > 4) == []
    assert every(pages, lambda page: page.advice.count("`") % 2 == 0) == []


@pytest.mark.parametrize("member", ["title", "attack", "meaning", "causes", "how_to_check", "fix"])
def test_no_two_pages_say_the_same(pages: Mapping[str, CheckPage], member: str) -> None:
    said = Counter(getattr(page, member) for page in pages.values())
    assert [text for text, count in said.items() if count > 1] == []


def test_no_two_pages_give_the_same_advice(pages: Mapping[str, CheckPage]) -> None:
    said = Counter(page.advice for page in pages.values())
    assert [text for text, count in said.items() if count > 1] == []


def test_every_attack_has_a_name_of_the_field(pages: Mapping[str, CheckPage]) -> None:
    def named(page: CheckPage) -> bool:
        names, colon, gain = page.attack.partition(": ")
        return bool(colon and gain) and set(names.split(", ")) <= ATTACKS

    assert every(pages, named) == []


def test_every_clause_names_a_specification_or_says_that_there_is_none(
    pages: Mapping[str, CheckPage],
) -> None:
    assert every(pages, lambda page: CLAUSE.match(page.clause) is not None) == []


def test_top_level_checks_cite_the_part_of_the_workflow_they_belong_to(
    pages: Mapping[str, CheckPage],
) -> None:
    def cites_its_part(page: CheckPage) -> bool:
        for beginning, part in TOP_LEVEL_WORKFLOW.items():
            if page.id.startswith(beginning):
                return f"§{part}." in page.clause or "§5.2" in page.clause
        return True

    assert every(pages, cites_its_part) == []


def test_every_cause_list_has_the_likely_ones_first_and_few(pages: Mapping[str, CheckPage]) -> None:
    assert every(pages, lambda page: len(page.causes.split("; ")) <= 5) == []


def test_every_finding_states_its_severity_first(pages: Mapping[str, CheckPage]) -> None:
    def states_severity(page: CheckPage) -> bool:
        return re.match(r"Severity (info|low|medium|high)\b", page.meaning) is not None

    assert every(pages, lambda page: page.kind != "finding" or states_severity(page)) == []


def test_lints_and_what_clients_say_are_findings(pages: Mapping[str, CheckPage]) -> None:
    """By their ids: `….lint.…`, `….finding.…`, and where a client disagrees."""
    named = re.compile(r".*\.(?:lint|finding)\..*|client\.disagrees\..*")
    told = every(pages, lambda page: (page.kind == "finding") == bool(named.fullmatch(page.id)))
    assert told == []


def test_what_is_always_noted_is_called_so(pages: Mapping[str, CheckPage]) -> None:
    assert [name for name in ALWAYS_NOTED if pages[name].kind != "noted check"] == []


def test_every_id_that_a_page_mentions_has_a_page_itself(pages: Mapping[str, CheckPage]) -> None:
    mentioned = set(re.findall(r"`(tuf\.[a-z0-9_.]+[a-z0-9_])`", TUF.read_text(encoding="utf-8")))
    assert mentioned
    assert mentioned - set(pages) == set()
