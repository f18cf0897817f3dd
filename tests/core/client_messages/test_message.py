"""Templates and how they are found."""

import pytest

from trustui.core.client_messages.message import MAX_HITS, Message, find


def message(template: str) -> Message:
    return Message(template, ("a.b",), "It means something.")


def values(template: str, text: str) -> list[dict[str, str]]:
    return [one.values for one in find(message(template), text)]


@pytest.mark.parametrize(
    ("template", "text", "found"),
    [
        ("no places", "it says no places here", {}),
        ("got {n:number}", "got -12.", {"n": "-12"}),
        ("got {n:number} of", "got 1 of 2", {"n": "1"}),
        ("{role:word} is old", "error: team/a is old", {"role": "team/a"}),
        ("hash {h:hex}", "hash 0a9F.", {"h": "0a9F"}),
        ("for '{name}'", "for 'a b c' and", {"name": "a b c"}),
        ("because {why:text}", "because of this", {"why": "of this"}),
        ("role {r:word} ends", "role x.y ends", {"r": "x.y"}),
        ("at {url:word}", "at https://a.example/b.", {"url": "https://a.example/b"}),
    ],
)
def test_it_gives_what_stands_in_the_places(
    template: str, text: str, found: dict[str, str]
) -> None:
    assert values(template, text) == [found]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("got {n:number}", "got none"),
        ("got {n:number} of", "got 1 out of 2"),
        ("{role:word} is old", " is old"),
        ("hash {h:hex}", "hash ghi"),
        ("a {x:word} b", "a two words b"),
        ("a {x} b", f"a {'x' * 400} b"),
        ("got {n:number}", "got ٣"),
    ],
)
def test_what_does_not_fit_is_not_found(template: str, text: str) -> None:
    assert values(template, text) == []


def test_it_finds_every_place_of_it() -> None:
    assert values("v{n:number};", "v1; v2; vx; v3;") == [{"n": "1"}, {"n": "2"}, {"n": "3"}]


def test_it_stops_after_many() -> None:
    assert len(values("v{n:number};", "v1; " * 100)) == MAX_HITS


def test_it_says_where_it_stands() -> None:
    (found,) = find(message("{role:word} is old"), "error: team is old, sorry")
    assert found.span == (7, 18)


def test_checks_may_depend_on_the_role() -> None:
    by_role = Message("x", {"root": ("a.root",), "": ("a.other",)}, "It means something.")
    assert by_role.checks_about({"role": "root.json"}) == ("a.root",)
    assert by_role.checks_about({"role": "team"}) == ("a.other",)
    assert by_role.checks_about({}) == ("a.other",)
