"""The picture of one artefact, and the same as rows."""

import msgspec

from tests.simulators.port import Port
from trustui.pages.images.artefact import ArtefactPage, TagOfIt, artefact
from trustui.pages.images.graph import HEIGHT, MOST_TAGS, WIDTH, graph


def page_of(port: Port, tag: str) -> ArtefactPage:
    found = artefact(port.viewer, port.now, port.repository_id, port.digest(tag))
    assert found is not None
    return found


def test_what_names_it_stands_left_and_what_hangs_on_it_right(suite: Port) -> None:
    found = graph(page_of(suite, "7.2.0"))
    (own,) = [box for box in found.boxes if box.is_self]
    left = [box for box in found.boxes if box.x < own.x]
    right = [box for box in found.boxes if box.x > own.x]
    assert [box.name for box in left] == ["7.2.0"]
    assert {"linux/amd64", "linux/arm64", "signature", "SBOM"} <= {box.name for box in right}
    assert len(found.lines) == len(found.boxes) - 1
    assert len(found.rows) == len(found.boxes)
    assert all(one.href for one in found.rows if one.name == "signature")


def test_no_box_lies_on_another_and_all_are_in_the_picture(suite: Port) -> None:
    found = graph(page_of(suite, "7.2.0"))
    places = [(box.x, box.y) for box in found.boxes]
    for n, (x, y) in enumerate(places):
        assert x + WIDTH <= found.width
        assert y + HEIGHT <= found.height
        assert all(x != other or abs(y - below) >= HEIGHT for other, below in places[n + 1 :])


def test_many_tags_are_counted_in_one_box(suite: Port) -> None:
    page = page_of(suite, "7.2.0")
    many = tuple(
        TagOfIt(number, f"v{number}", page.first_seen_at, None) for number in range(MOST_TAGS + 5)
    )
    found = graph(msgspec.structs.replace(page, tags=many))
    assert [box.name for box in found.boxes if "more" in box.name] == ["5 tags more"]
