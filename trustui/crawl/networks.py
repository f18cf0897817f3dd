"""Networks that are not the public internet, and why. Longer lists than `ipaddress` has:
its ``is_global`` knows neither transition addresses, nor multicast, nor cloud metadata.

Sources: the special-purpose address registries (RFC 6890 and the RFCs named), RFC 6052 §2.2.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Network = IPv4Network | IPv6Network

UNICAST_IPV6 = IPv6Network("2000::/3")
"""All that has been given out so far (RFC 4291 §2.4)."""

SPECIAL: tuple[tuple[Network, str], ...] = (
    (IPv4Network("0.0.0.0/8"), "of 'this network' (RFC 791)"),
    (IPv4Network("10.0.0.0/8"), "private (RFC 1918)"),
    (IPv4Network("100.64.0.0/10"), "a provider's shared space (RFC 6598)"),
    (IPv4Network("127.0.0.0/8"), "loopback"),
    (IPv4Network("169.254.0.0/16"), "link-local (RFC 3927)"),
    (IPv4Network("172.16.0.0/12"), "private (RFC 1918)"),
    (IPv4Network("192.0.0.0/24"), "for protocol assignments (RFC 6890)"),
    (IPv4Network("192.0.2.0/24"), "for documentation (RFC 5737)"),
    (IPv4Network("192.88.99.0/24"), "a 6to4 relay (RFC 7526)"),
    (IPv4Network("192.168.0.0/16"), "private (RFC 1918)"),
    (IPv4Network("198.18.0.0/15"), "for benchmarks (RFC 2544)"),
    (IPv4Network("198.51.100.0/24"), "for documentation (RFC 5737)"),
    (IPv4Network("203.0.113.0/24"), "for documentation (RFC 5737)"),
    (IPv4Network("224.0.0.0/4"), "multicast (RFC 5771)"),
    (IPv4Network("240.0.0.0/4"), "reserved or broadcast (RFC 1112)"),
    (IPv4Network("168.63.129.16/32"), "a cloud platform's own (Azure)"),
    (IPv6Network("::/128"), "unspecified"),
    (IPv6Network("::1/128"), "loopback"),
    (IPv6Network("::ffff:0:0/96"), "IPv4-mapped (RFC 4291)"),
    (IPv6Network("::ffff:0:0:0/96"), "IPv4-translated (RFC 2765)"),
    (IPv6Network("::/96"), "IPv4-compatible (RFC 4291)"),
    (IPv6Network("64:ff9b::/96"), "NAT64 (RFC 6052)"),
    (IPv6Network("64:ff9b:1::/48"), "local NAT64 (RFC 8215)"),
    (IPv6Network("100::/64"), "discard-only (RFC 6666)"),
    (IPv6Network("2001::/32"), "Teredo (RFC 4380)"),
    (IPv6Network("2001::/23"), "for protocol assignments (RFC 2928)"),
    (IPv6Network("2001:db8::/32"), "for documentation (RFC 3849)"),
    (IPv6Network("2002::/16"), "6to4 (RFC 3056)"),
    (IPv6Network("3fff::/20"), "for documentation (RFC 9637)"),
    (IPv6Network("5f00::/16"), "for segment routing (RFC 9602)"),
    (IPv6Network("fc00::/7"), "unique local (RFC 4193)"),
    (IPv6Network("fe80::/10"), "link-local (RFC 4291)"),
    (IPv6Network("fec0::/10"), "site-local (RFC 3879)"),
    (IPv6Network("ff00::/8"), "multicast (RFC 4291)"),
)

METADATA: tuple[Network, ...] = (
    # All of link-local: container credentials stand beside 169.254.169.254 (.170.2, .170.23).
    IPv4Network("169.254.0.0/16"),
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::/32"),  # Amazon
    IPv6Network("fd20:ce::/32"),  # Google
    IPv6Network("fd00:42::/32"),  # Scaleway
    IPv4Network("100.100.100.200/32"),  # Alibaba
    IPv4Network("192.0.0.192/32"),  # Oracle
    IPv4Network("168.63.129.16/32"),  # Azure
)

_LAST_32_BITS = (
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
)
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_ISATAP = {0x00005EFE, 0x02005EFE}


def carried_ipv4(address: IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address may lead to through a gateway."""
    number = int(address)
    carried = []
    if any(address in network for network in _LAST_32_BITS) or _is_isatap(number):
        carried.append(number & 0xFFFFFFFF)
    if address in _LOCAL_NAT64:
        # RFC 6052 §2.2, the layout of a /48: bits 64 to 71 are skipped.
        carried.append((number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF)
    if address.sixtofour is not None:
        carried.append(int(address.sixtofour))
    if address.teredo is not None:
        carried += [int(end) for end in address.teredo]
    return [IPv4Address(one) for one in carried]


def _is_isatap(number: int) -> bool:
    """RFC 5214 §6.1: the interface identifier ends in an IPv4 address."""
    return number >> 32 & 0xFFFFFFFF in _ISATAP
