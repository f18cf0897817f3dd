"""What the policy says about URLs and addresses, without any network."""

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.crawl.addresses import AddressPolicy, Refusal, Target, masked

DEFAULT = AddressPolicy()


def allowing(*hosts: str, metadata: bool = False) -> AddressPolicy:
    return AddressPolicy(allowed_hosts=frozenset(hosts), allow_metadata=metadata)


def refused(policy: AddressPolicy, url: str) -> str:
    checked = policy.check_url(url)
    assert isinstance(checked, Refusal), checked
    return checked.because


def passed(policy: AddressPolicy, url: str) -> Target:
    checked = policy.check_url(url)
    assert isinstance(checked, Target), checked
    return checked


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://example.com", "http://example.com:80/"),
        ("HTTPS://Example.COM./a/../b?c#d", "https://example.com:443/a/../b?c"),
        ("https://example.com:8443?q", "https://example.com:8443/?q"),
        ("http://93.184.215.14/", "http://93.184.215.14:80/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]:80/"),
        ("https://_dmarc.my_host.example/%2e%2E/", "https://_dmarc.my_host.example:443/%2e%2E/"),
    ],
)
def test_a_url_is_put_together_again(url: str, sent: str) -> None:
    assert passed(DEFAULT, url).url == sent


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("example.com/x", "no scheme"),
        ("", "no scheme"),
        ("ws://example.com/", "only http and https"),
        ("https:///x", "no host"),
        ("https://.", "no host"),
        ("https://:443/", "no host"),
        ("https://a..b/", "label"),
        ("https://-a.example/", "label"),
        ("https://a-.example/", "label"),
        ("https://a%2eb/", "label"),
        ("https://" + "a" * 64 + ".example/", "label"),
        ("https://" + "a." * 127 + "example/", "253 characters"),
        ("https://example.com:0/", "no port 0"),
        ("https://example.com:65536/", "no port 65536"),
        ("https://example.com:443:443/", "malformed"),
        ("https://example.com:/", "malformed"),
        ("https://example.com:+443/", "malformed"),
        ("https://[2606:4700::1111/", "malformed"),
        ("https://[2606:4700::1111]x/", "malformed"),
        ("https://[v1.x]/", "malformed"),
        ("https://[1.1.1.1]/", "only an IPv6 address"),
        ("https://[1:2]/", "no IPv6 address"),
        ("https://1.1.1/", "four decimal numbers"),
        ("https://1.1.1.01/", "four decimal numbers"),
        ("https://example.0x1/", "four decimal numbers"),
        ("https://\u00fc.example/", "xn-- form"),
        ("https://a@example.com/", "user name"),
        ("https://example.com/\x7f", "control character"),
        ("https://example.com/" + "x" * 8192, "8192 characters"),
        ("https://example.com:22/", "port 22 is not among 80, 443"),
        ("http://x.localhost/", "means this machine"),
    ],
)
def test_a_url_is_refused_with_its_reason(url: str, because: str) -> None:
    assert because in refused(DEFAULT, url)


@pytest.mark.parametrize(
    ("address", "because"),
    [
        ("0.0.0.0", "this network"),  # noqa: S104 - refused
        ("10.1.2.3", "private"),
        ("100.127.255.255", "shared space"),
        ("127.255.255.254", "loopback"),
        ("169.254.0.1", "metadata"),
        ("172.16.0.1", "private"),
        ("192.0.0.8", "protocol assignments"),
        ("192.88.99.1", "6to4 relay"),
        ("198.19.255.255", "benchmarks"),
        ("203.0.113.7", "documentation"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("168.63.129.16", "metadata"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::8.8.8.8", "IPv4-compatible"),
        ("::ffff:0:8.8.8.8", "IPv4-translated"),
        ("64:ff9b::8.8.8.8", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("100::1", "discard"),
        ("2001::1", "Teredo"),
        ("2001:20::1", "protocol assignments"),
        ("2001:db8::1", "documentation"),
        ("2002:808:808::1", "6to4"),
        ("3fff::1", "documentation"),
        ("5f00::1", "segment routing"),
        ("fc00::1", "unique local"),
        ("fe80::1", "metadata"),
        ("fe80::1%eth0", "no plain IP address"),
        ("2606:4700::1111%eth0", "no plain IP address"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("4000::1", "outside of IPv6 global unicast"),
        ("example.com", "no plain IP address"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str, because: str) -> None:
    refusal = DEFAULT.check_address(address, "example.com")
    assert refusal is not None
    assert because in refusal.because


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_a_public_address_passes(address: str) -> None:
    assert DEFAULT.check_address(address, "example.com") is None


def test_an_allowed_name_stands_for_whatever_it_resolves_to_and_any_port() -> None:
    policy = allowing("Registry.Internal.")
    assert passed(policy, "http://registry.internal:3000/").port == 3000
    assert policy.check_address("10.0.0.5", "registry.internal") is None
    assert policy.check_address("10.0.0.5", "other.internal") is not None


def test_an_allowed_address_says_nothing_about_its_neighbours() -> None:
    policy = allowing("127.0.0.1", "[::1]")
    assert passed(policy, "http://127.0.0.1:3000/").port == 3000
    assert passed(policy, "http://[0::1]:3000/").port == 3000
    assert "loopback" in refused(policy, "http://127.0.0.2/")
    assert "IPv4-mapped" in refused(policy, "http://[::ffff:127.0.0.1]/")


def test_an_allowed_network_covers_its_addresses() -> None:
    policy = allowing("10.2.0.0/16")
    assert policy.check_address("10.2.3.4", "registry.internal") is None
    assert policy.check_address("10.3.3.4", "registry.internal") is not None


def test_localhost_may_be_allowed_by_name() -> None:
    assert passed(allowing("localhost"), "http://localhost:3000/").host == "localhost"


METADATA = ["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200"]


@pytest.mark.parametrize("address", METADATA)
def test_metadata_addresses_need_the_second_switch_too(address: str) -> None:
    for host in (address, "metadata.test"):
        assert allowing(host).check_address(address, host) is not None
        assert allowing(host, metadata=True).check_address(address, host) is None
    assert allowing(metadata=True).check_address(address, "metadata.test") is not None


def test_metadata_addresses_are_recognised_inside_others() -> None:
    assert allowing("::/0").check_address("64:ff9b::a9fe:a9fe", "x.test") is not None


@pytest.mark.parametrize("entry", ["", "http://x/", "a b", "10.0.0.0/33", "127.1", "x:80"])
def test_an_entry_that_is_no_host_is_a_mistake_of_the_caller(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host name"):
        allowing(entry)


def test_both_forms_of_an_international_name_can_be_shown() -> None:
    target = passed(DEFAULT, "https://xn--80ak6aa92e.com/")
    assert (target.host, target.unicode_host) == ("xn--80ak6aa92e.com", "аррӏе.com")  # noqa: RUF001
    assert passed(DEFAULT, "https://apple.com/").unicode_host == ""
    assert passed(DEFAULT, "https://xn--99999999999.com/").unicode_host == "xn--99999999999.com"


def test_an_origin_is_scheme_host_and_port() -> None:
    origins = {passed(DEFAULT, url).origin for url in ("https://a.b/x", "https://A.B:443/y")}
    assert origins == {("https", "a.b", 443)}


def test_what_stands_before_an_at_sign_is_not_shown() -> None:
    assert masked("http://user:secret@example.com/@x") == "http://…@example.com/@x"


@given(st.text() | st.text(alphabet="htps:/@[].%\\#?x01 ", min_size=8).map("http://".__add__))
def test_whatever_passes_reads_the_same_to_another_parser(url: str) -> None:
    checked = DEFAULT.check_url(url)
    if isinstance(checked, Target):
        other = urlsplit(checked.url)
        assert (other.scheme, other.hostname, other.port) == checked.origin
        assert passed(DEFAULT, checked.url) == checked


@given(st.ip_addresses())
def test_whatever_address_passes_is_global_to_the_standard_library_too(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if DEFAULT.check_address(str(address), "x.test") is None:
        assert address.is_global
        assert not address.is_multicast
