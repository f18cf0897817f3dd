"""What routes declare."""

from trustui.accounts.needs import Needs, Whom, declare, needs_of
from trustui.accounts.permissions import Act


def test_a_declaration_is_read_again() -> None:
    needs = Needs(Act.SEE, Act.CRAWL)
    assert needs_of(declare(lambda: None, needs)) is needs


def test_a_route_without_one_declares_nothing() -> None:
    def view() -> None:
        """Nobody said who may come here."""

    assert needs_of(view) is None
    view.needs = "everything"  # type: ignore[attr-defined]
    assert needs_of(view) is None
    assert Needs(Whom.ANYONE).post is None
