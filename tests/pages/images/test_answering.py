"""How a registry answers, and as whom it is asked."""

from datetime import timedelta

from tests.simulators.port import Port
from trustui.inventory.models import Crawl, Credential
from trustui.pages.images.answering import (
    MOST_TOLD,
    Login,
    answering,
    login_of,
    takes_logins,
)

DAY = timedelta(days=1)


def crawl(port: Port, because: str, problems: int = 0) -> Crawl:
    return Crawl.objects.create(
        source=port.told.source,
        started_at=port.now.at - DAY,
        finished_at=port.now.at - DAY,
        outcome="partial",
        requests=41,
        because=because,
        problems=[
            {"place": f"team/app: tag {number}", "because": "too many requests, 60 s"}
            for number in range(problems)
        ],
    )


def test_what_the_registry_said_is_told_sentence_by_sentence(bare: Port) -> None:
    crawl(bare, "2 questions got no usable answer; it warns: \u202eplan ends; requests left: 7", 1)
    found = answering(bare.told.source, bare.now)
    assert found is not None
    assert (found.sign, found.requests, found.more) == ("soon", 41, 0)
    assert found.told == (
        "2 questions got no usable answer",
        "it warns: \\u{202E}plan ends",
        "requests left: 7",
        "team/app: tag 0: too many requests, 60 s",
    )


def test_it_tells_so_much_and_counts_the_rest(bare: Port) -> None:
    crawl(bare, "", MOST_TOLD + 3)
    found = answering(bare.told.source, bare.now)
    assert found is not None
    assert (len(found.told), found.more) == (MOST_TOLD, 3)


def test_the_newest_crawl_that_had_ended_counts(bare: Port) -> None:
    crawl(bare, "later")
    before = answering(bare.told.source, bare.then(bare.told.story, 0))
    assert before is None or before.told != ("later",)
    Crawl.objects.all().delete()
    assert answering(bare.told.source, bare.now) is None


def test_a_login_is_told_by_its_name_and_who_set_it_and_never_its_secret(bare: Port) -> None:
    source = bare.told.source
    assert login_of(source, bare.now) is None
    assert not takes_logins(source)
    source.kind = "oci_registry"
    assert takes_logins(source)
    at = bare.now.at - DAY
    Credential.objects.create(
        source=source, username="bob\u202eby", sealed=b"secret", key_id="a", set_by_name="mira",
        set_at=at,
    )  # fmt: skip
    assert login_of(source, bare.now) == Login("bob\\u{202E}by", "mira", at)
    assert login_of(source, bare.then(bare.told.story, 0)) is None
