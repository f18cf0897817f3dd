"""Whole lists of images."""

from collections.abc import Mapping

import pytest

from tests.simulators.port import Port, make_port
from trustui.pages import image_exporting as exporting

pytestmark = pytest.mark.django_db


def test_every_list_gives_its_rows_and_a_stranger_gets_none() -> None:
    port: Port = make_port("crane_controller")
    repository, digest = port.repository_id, port.digest("4.3.0")
    nothing: Mapping[str, str] = {}
    asked, other = (port.viewer, port.now, nothing), (port.stranger, port.now, nothing)
    source, tag = port.told.source.pk, port.told.tag("4.3.0").pk
    several = {
        "images": (exporting.images(*asked), exporting.images(*other), 1),
        "registry": (exporting.registry(*asked, source), exporting.registry(*other, source), 1),
        "tags": (exporting.tags(*asked, repository), exporting.tags(*other, repository), 5),
        "attached": (
            exporting.attached(*asked, repository, digest),
            exporting.attached(*other, repository, digest), 1,
        ),
        "verdicts": (
            exporting.verdicts(*asked, repository, digest),
            exporting.verdicts(*other, repository, digest), 1,
        ),
        "moves": (
            exporting.moves(*asked, repository, tag), exporting.moves(*other, repository, tag), 1,
        ),
        "identities": (exporting.identities(*asked), exporting.identities(*other), 0),
        "identity": (
            exporting.identity(*asked, "0" * 64), exporting.identity(*other, "0" * 64), 0,
        ),
        "policies": (exporting.policies(*asked), exporting.policies(*other), 1),
    }  # fmt: skip
    for name, (mine, theirs, count) in several.items():
        assert len(list(mine or ())) == count, name
        assert list(theirs or ()) == [], name
