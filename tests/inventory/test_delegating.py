"""Keys and delegation sets as rows: one key whatever it is called, equal sets once."""

import time
from collections.abc import Callable

import msgspec
import pytest
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import START
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata, Object
from trustui.core.formats.tuf.parse import parse
from trustui.core.primitives.digests import sha256
from trustui.demo.keys import Scheme, throwaway_key
from trustui.demo.publisher import Publisher
from trustui.inventory.delegating import MAX_LISTED, delegation_set, write_keys, write_sets
from trustui.inventory.models import Delegation, DelegationSet, ListedKey, PublicKey

pytestmark = pytest.mark.django_db


def store(*documents: Metadata) -> dict[str, int]:
    sets = [one for one in map(delegation_set, documents) if one is not None]
    keys = write_keys(key.usable for one in sets for key in one.keys if key.usable is not None)
    return write_sets(sets, keys)


def targets(delegations: Object | None) -> Metadata:
    signed = {
        "_type": "targets",
        "spec_version": "1.0.34",
        "version": 1,
        "expires": "2030-01-01T00:00:00Z",
        "targets": {},
    }
    if delegations is not None:
        signed["delegations"] = delegations
    return parse(Document("", msgspec.json.encode({"signatures": [], "signed": signed})))


def role(name: str, keyids: list[str], **members: object) -> Object:
    return {"name": name, "keyids": keyids, "threshold": 1, "terminating": False, **members}


@pytest.fixture
def root() -> Metadata:
    repo = Publisher("vendor", START)
    repo.publish()
    return parse(Document("", repo.document("root")))


def test_a_root_trusts_four_roles_in_one_order(root: Metadata) -> None:
    shuffled = dict(reversed(root.signed["roles"].items()))
    other = msgspec.structs.replace(root, signed={**root.signed, "roles": shuffled})
    assert len(store(root, other)) == 1
    assert DelegationSet.objects.get().is_root
    edges = Delegation.objects.order_by("position")
    assert [one.name for one in edges] == ["root", "timestamp", "snapshot", "targets"]
    assert [one.keyids for one in edges] == [list(root.role(one.name).keyids) for one in edges]
    assert {one.keyid for one in ListedKey.objects.all()} == set(root.keys)


def test_what_delegates_nothing_has_no_set() -> None:
    repo = Publisher("vendor", START)
    repo.publish()
    for name in ("timestamp", "snapshot"):
        assert delegation_set(parse(Document("", repo.document(name)))) is None
    assert delegation_set(targets(None)) is None


def test_equal_sets_are_stored_once_and_another_order_is_another_set() -> None:
    a, b = role("a", [], paths=["a/*"]), role("b", [], paths=["b/*"])
    first = targets({"keys": {}, "roles": [a, b]})
    assert store(first) == store(first)
    assert len(store(targets({"keys": {}, "roles": [b, a]}))) == 1
    assert DelegationSet.objects.count() == 2
    assert Delegation.objects.count() == 4


@pytest.mark.parametrize("scheme", list(Scheme))
def test_a_key_is_one_key_under_every_id(scheme: Scheme) -> None:
    key = throwaway_key("one", scheme).public
    store(targets({"keys": {"x": key, "y": key}, "roles": []}))
    row = PublicKey.objects.get()
    assert {one.key_id for one in ListedKey.objects.all()} == {row.pk}
    assert (row.keytype, len(row.fingerprint)) == (str(scheme).split("-")[0].replace("rsassa", "rsa"), 64)  # fmt: skip


def test_an_ed25519_key_is_told_as_hex_however_it_is_written() -> None:
    store(targets({"keys": {"x": throwaway_key("one").public}, "roles": []}))
    assert PublicKey.objects.get().public == public_hex()


def test_a_key_that_cannot_be_read_is_listed_without_one() -> None:
    broken = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "ab"}}
    odd = {"keytype": "x\x00", "scheme": "y" * 99, "keyval": {"public": "ab"}}
    store(targets({"keys": {"x": broken, "y\u202e": odd}, "roles": []}))
    assert not PublicKey.objects.exists()
    rows = {one.keyid: one for one in ListedKey.objects.all()}
    assert set(rows) == {"x", "y\\u{202E}"}
    assert {one.key_id for one in rows.values()} == {None}
    assert (rows["x"].keytype, rows["y\\u{202E}"].keytype) == ("ed25519", "x\\u{0000}")


def test_edges_say_what_they_cover() -> None:
    repo = Publisher("vendor", START)
    repo.add_delegation("targets", "a", paths=["a/*", "b/*"], terminating=True)
    repo.add_delegation("targets", "b", path_hash_prefixes=["0", "1"])
    repo.publish()
    store(parse(Document("", repo.document("targets"))))
    a, b = Delegation.objects.order_by("position")
    assert (a.paths, a.prefixes, a.is_terminating, a.bins) == (["a/*", "b/*"], None, True, None)
    assert (b.paths, b.prefixes, b.is_terminating) == (None, ["0", "1"], False)
    assert a.threshold == "1"


def test_succinct_bins_are_one_edge() -> None:
    repo = Publisher("vendor", START)
    repo.delegate_hash_bins("targets", prefix="bin", bit_length=10)
    repo.publish()
    store(parse(Document("", repo.document("targets"))))
    edge = Delegation.objects.get()
    assert (edge.name, edge.bins, len(edge.keyids)) == ("bin", 1024, 1)


def test_long_lists_are_cut_and_huge_thresholds_fit() -> None:
    many = [f"{n}/*" for n in range(MAX_LISTED + 1)]
    one = role("a" * 9_000, [], paths=many) | {"threshold": 10**3_999}
    store(targets({"keys": {}, "roles": [one]}))
    edge = Delegation.objects.get()
    assert len(edge.paths or ()) == MAX_LISTED
    assert (len(edge.name), len(edge.threshold)) <= (500, 40)


def test_16384_edges_take_less_than_a_second() -> None:
    key = throwaway_key("one").public
    roles = [role(f"bin-{n:x}", ["x"], path_hash_prefixes=[f"{n:04x}"]) for n in range(16_384)]
    document = targets({"keys": {"x": key}, "roles": roles})
    since = time.process_time()
    store(document)
    assert time.process_time() - since < 1
    assert Delegation.objects.count() == 16_384


def test_any_number_of_sets_takes_the_same_statements(
    django_assert_max_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    key = throwaway_key("one").public
    documents = [
        targets({"keys": {f"{n}": key}, "roles": [role(f"{n}", [], paths=[])]}) for n in range(300)
    ]
    with django_assert_max_num_queries(9):
        store(*documents)
    assert DelegationSet.objects.count() == 300
    assert PublicKey.objects.get().fingerprint == sha256_of_material()


def public_hex() -> str:
    keyval = throwaway_key("one").public["keyval"]
    assert isinstance(keyval, dict)
    return str(keyval["public"])


def sha256_of_material() -> str:
    """Ed25519 subject public key info: a fixed head (RFC 8410 §4) and the 32 bytes."""
    head = bytes.fromhex("302a300506032b6570032100")
    return sha256(head + bytes.fromhex(public_hex()))
