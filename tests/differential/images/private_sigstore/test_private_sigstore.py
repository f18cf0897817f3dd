"""Images that cosign signed with real services of Sigstore, judged by this project and by cosign.

Fulcio, Rekor v2, a certificate transparency log and a timestamp authority are those of this machine, and
so are the registries: Debian's, and zot where it is there. Without them this is skipped.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.differential.images.cosign import client
from tests.differential.images.private_sigstore.combinations import SIGNERS, Combination
from tests.differential.images.private_sigstore.making import Maker, write_files
from tests.differential.images.private_sigstore.rules import RULES, VECTORS
from tests.differential.images.private_sigstore.run import compare, compared
from tests.differential.images.private_sigstore.services import (
    PROGRAMS,
    PrivateSigstore,
    alone,
    installed,
    private_sigstore,
)
from tests.differential.images.private_sigstore.signing import Signing
from tests.differential.images.sides import Tally, describe
from tests.servers import RegistryServer
from trustui.demo.images.certifying import new_key, pem


@pytest.fixture(scope="module")
def sigstore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateSigstore]:
    script = installed()
    with alone():
        server = private_sigstore(script, tmp_path_factory.mktemp("sigstore"))
        yield server
        server.stop()


@pytest.fixture
def registries(
    docker_registry: RegistryServer, tmp_path: Path
) -> Iterator[tuple[RegistryServer, ...]]:
    """One that knows no referrers, and one that does where there is such a one."""
    program = servers.binary("zot") or servers.binary("zot-minimal")
    if program is None:
        yield (docker_registry,)
        return
    zot = servers.zot(program, tmp_path / "zot")
    yield docker_registry, zot
    zot.stop()


@pytest.fixture
def maker(
    sigstore: PrivateSigstore, registries: tuple[RegistryServer, ...], tmp_path: Path
) -> Maker:
    folder = tmp_path / "files"
    folder.mkdir()
    signing = Signing(client.installed(folder), sigstore)
    signing.prepare()
    write_files(folder, sigstore, pem(new_key()))
    return Maker(registries, signing)


def run(maker: Maker, seeds: range) -> Tally:
    tally = Tally(RULES)
    tally.count(compared(maker, seeds))
    print(f"\n{tally.report()}")
    return tally


@pytest.mark.parametrize("signer", SIGNERS)
@pytest.mark.parametrize("kind", ["signature", "attestation"])
def test_whoever_signs_is_believed_by_both_wherever_it_stands(
    maker: Maker, signer: str, kind: str
) -> None:
    for number in range(len(maker.registries)):
        pair = compare(maker, number, Combination(signer=signer, kind=kind))
        assert (pair.ours.passed, pair.peers.passed) == (True, True), describe(pair)


def test_every_rule_has_a_vector_that_shows_its_difference(maker: Maker) -> None:
    assert [rule.name for rule in RULES] == list(VECTORS)
    for number, rule in enumerate(RULES):
        pair = compare(maker, number, VECTORS[rule.name])
        assert rule.covers(pair), describe(pair)


def test_some_combinations_are_judged_alike_or_differ_by_a_rule(maker: Maker) -> None:
    tally = run(maker, range(4))
    assert not tally.unlisted
    assert tally.total == 4
    assert tally.passed


@pytest.mark.soak
@pytest.mark.timeout(3600)  # each waits for three logs to publish
def test_200_combinations_are_judged_alike_or_differ_by_a_rule(maker: Maker) -> None:
    tally = run(maker, range(200))
    assert not tally.unlisted
    assert tally.total == 200
    assert tally.passed >= 30


def test_without_the_programs_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(pytest.skip.Exception, match=f"not on the path: {', '.join(PROGRAMS)}"):
        installed()
