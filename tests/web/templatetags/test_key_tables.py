"""The rows of the tables of keys: foreign words are shown, and are no mark-up."""

from datetime import UTC, datetime

import msgspec
from django.template import Context, Template

from tests.web.templatetags.test_rows import AT, HOSTILE, NOW, Cells
from trustui.pages.components import Fact
from trustui.pages.key import RoleWorth, Signing, Worth
from trustui.pages.moment import Moment
from trustui.pages.repository_keys import Cell, Column, RepositoryKeysPage, Row

SINCE = datetime(2025, 9, 3, tzinfo=UTC)
ROLE = RoleWorth(
    role=HOSTILE, role_id="cd" * 32, delegator=HOSTILE, delegator_id="ef" * 32, threshold=1_000,
    keys=2, is_held=True, signing=Signing(SINCE, NOW, 1_200), if_lost=HOSTILE, lost_sign="none",
    if_stolen=HOSTILE, stolen_sign="bad",
)  # fmt: skip
ROW = Row(
    keyid=HOSTILE, fingerprint="ab" * 32, owner=HOSTILE, keytype=HOSTILE, ids=1, roles=1,
    cells=(Cell(HOSTILE, "ok", HOSTILE), Cell(HOSTILE, "", "")), lost=(HOSTILE, "b", "c", "d"),
    stolen=(HOSTILE,), takes_all=False,
)  # fmt: skip


def worth_of(role: RoleWorth) -> str:
    worth = Worth(
        source_id=7, source="", owner="", lost="", lost_sign="", stolen="", stolen_sign="",
        roles=(role,), more_roles=0, is_whole=True,
    )  # fmt: skip
    return shown("worth_rows", worth)


def keys_of(row: Row) -> str:
    column = Column(HOSTILE, "", "", 1, 1)
    page = RepositoryKeysPage(
        source_id=7, source="", title="", lead="", facts=(Fact("", "", "", ""),),
        columns=(column, column), more_columns=0, rows=(row,), more_rows=0, is_whole=True,
    )  # fmt: skip
    return shown("repository_key_rows", page)


def shown(tag: str, page: msgspec.Struct) -> str:
    given = {"page": page, "moment": Moment(NOW, NOW, NOW), "moment_query": AT}
    return Template(f"{{% load key_tables %}}{{% {tag} page %}}").render(Context(given))


def words(text: str) -> list[str]:
    return [" ".join(one.split()) for one in Cells(text).words]


def test_foreign_words_are_shown_and_are_no_mark_up() -> None:
    for text in (worth_of(ROLE), keys_of(ROW)):
        read = Cells(text)
        assert len(read.words) == 5
        assert "script" not in read.elements
        assert "<script>alert(1)</script>\\u{202E}{0}&" in " ".join(read.words)
        assert AT.replace("&", "&amp;") in text


def test_a_role_tells_what_the_key_signed_of_it() -> None:
    assert words(worth_of(ROLE))[2].startswith("since 3 Sep 20251,200 documents, the newest")
    replaced = msgspec.structs.replace
    once = replaced(ROLE, signing=Signing(SINCE, NOW, 1))
    assert "1 document, the newest" in words(worth_of(once))[2]
    held = replaced(ROLE, signing=None)
    bins = replaced(held, role_id="")
    assert [words(worth_of(one))[2] for one in (held, bins, replaced(bins, is_held=False))] == [
        *("none yet", "see below", "not listed there"),
    ]


def test_a_key_tells_whom_it_fails_and_what_it_forges() -> None:
    assert words(keys_of(ROW))[3].endswith(", b, c and 1 more")
    replaced = msgspec.structs.replace
    idle = replaced(ROW, fingerprint="", ids=2, roles=0, lost=(), stolen=())
    assert words(keys_of(idle))[0].endswith(", cannot be read, 2 ids, in no role")
    assert words(keys_of(idle))[3:] == ["not affected", "nothing alone"]
    assert words(keys_of(replaced(ROW, lost=(), takes_all=True)))[3:] == [
        *("all can still be signed", "the thief has everything"),
    ]
