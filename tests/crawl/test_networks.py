"""The lists of networks that are not public, and IPv4 addresses inside IPv6 ones."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from trustui.crawl.networks import METADATA, SPECIAL, carried_ipv4

METADATA_IPV4 = IPv4Address("169.254.169.254")


@pytest.mark.parametrize(
    "address",
    [
        "::a9fe:a9fe",
        "::ffff:169.254.169.254",
        "::ffff:0:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1:a9fe:a9:fe00::",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:0:102:304::5601:5601",
        "2600::5efe:a9fe:a9fe",
        "2600::200:5efe:a9fe:a9fe",
    ],
    ids=[
        "compatible",
        "mapped",
        "translated",
        "NAT64",
        "local NAT64, /96",
        "local NAT64, /48",
        "6to4",
        "Teredo server",
        "Teredo client",
        "ISATAP",
        "ISATAP, global",
    ],
)
def test_it_finds_the_ipv4_address_inside(address: str) -> None:
    """Forms: RFC 4291 §2.5.5, RFC 2765, RFC 6052 §2.2, RFC 3056, RFC 4380, RFC 5214."""
    assert METADATA_IPV4 in carried_ipv4(IPv6Address(address))


def test_an_ordinary_address_carries_none() -> None:
    assert carried_ipv4(IPv6Address("2606:4700::1111")) == []


def test_each_network_stands_once() -> None:
    assert len({network for network, _ in SPECIAL}) == len(SPECIAL)
    assert len(set(METADATA)) == len(METADATA)


def test_every_metadata_network_is_special_too() -> None:
    """So that no switch but the right one lets it pass."""
    uncovered = [
        one
        for one in METADATA
        if not any(one[0] in network and one[-1] in network for network, _ in SPECIAL)
    ]
    assert uncovered == []
