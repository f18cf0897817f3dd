"""Who may sign for what, gathered from a verified repository."""

from tests.simulators.verified import verified
from trustui.core.impact.listings import Listing, given_keys, identity, listings
from trustui.demo.publisher import Publisher


def by_name(repo: Publisher) -> dict[str, Listing]:
    repository, _ = verified(repo)
    return {one.role.name: one for one in listings(repository)}


def test_every_role_is_listed_with_who_trusts_it(vendor: Publisher) -> None:
    assert [(name, one.delegator_name) for name, one in by_name(vendor).items()] == [
        ("root", "root"),
        ("timestamp", "root"),
        ("snapshot", "root"),
        ("targets", "root"),
        ("cranes", "targets"),
        ("lists", "targets"),
        ("firmware", "cranes"),
        ("list-*", "lists"),
    ]


def test_bins_are_one_listing_with_all_their_documents(vendor: Publisher) -> None:
    bins = by_name(vendor)["list-*"]
    assert bins.names == ("list-*", "list-0", "list-1", "list-2", "list-3")


def test_a_listing_knows_whether_its_bytes_are_pinned(vendor: Publisher, loose: Publisher) -> None:
    pinned = {name for name, one in by_name(vendor).items() if one.is_bound}
    assert pinned == {"snapshot", "targets", "cranes", "lists", "firmware", "list-*"}
    assert not any(one.is_bound for one in by_name(loose).values())


def test_what_was_not_read_has_no_documents(vendor: Publisher) -> None:
    vendor.withdraw("1.firmware.json")
    assert by_name(vendor)["firmware"].documents == {}
    vendor.withdraw("timestamp.json")
    found = by_name(vendor)
    assert list(found) == ["root", "timestamp", "snapshot", "targets"]
    assert [len(one.documents) for one in found.values()] == [1, 0, 0, 0]


def test_edges_that_were_not_verified_have_no_documents(vendor: Publisher) -> None:
    repository, _ = verified(vendor, paths=("elsewhere",))
    found = {one.role.name: one for one in listings(repository)}
    assert found["cranes"].documents == {}


def test_a_document_is_imagined_with_exactly_the_signatures_asked_for(vendor: Publisher) -> None:
    cranes = by_name(vendor)["cranes"]
    everybody = cranes.imagine(lambda _: True)
    assert (everybody.signed, everybody.missing) == (3, 0)
    one = next(iter(cranes.materials))
    assert cranes.imagine(lambda material: material == one).missing == 1
    assert cranes.imagine(lambda _: False).signed == 0


def test_keys_that_are_missing_or_unreadable_cannot_be_imagined_to_sign(vendor: Publisher) -> None:
    def spoil(signed: object) -> None:
        assert isinstance(signed, dict)
        keys = signed["delegations"]["keys"]
        cranes = signed["delegations"]["roles"][0]["keyids"]
        keys[cranes[0]]["keyval"]["public"] = "not a key"
        del keys[cranes[1]]

    vendor.edit_next("targets", spoil)
    vendor.publish()
    cranes = by_name(vendor)["cranes"]
    assert len(cranes.materials) == 1
    assert cranes.imagine(lambda _: True).signed == 1


def test_a_role_without_some_keys_keeps_its_threshold(vendor: Publisher) -> None:
    cranes = by_name(vendor)["cranes"]
    left = cranes.without(frozenset(list(cranes.materials)[:2]))
    assert (len(left.keyids), left.threshold) == (1, 2)


def test_an_unreadable_key_is_known_by_its_text(vendor: Publisher) -> None:
    repository, _ = verified(vendor)
    key = next(given_keys(repository))
    assert isinstance(identity(key), bytes)
    broken = type(key)(key.keyid, key.keytype, key.scheme, "not a key", key.fields)
    assert identity(broken) == "not a key"
