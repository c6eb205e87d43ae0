import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetching.addresses import why_refused

REFUSED = [
    ("0.0.0.0", "unspecified"),  # noqa: S104
    ("0.1.2.3", "unspecified"),
    ("10.0.0.1", "private"),
    ("100.64.0.1", "carrier"),
    ("100.127.255.255", "carrier"),
    ("127.0.0.1", "this machine"),
    ("127.255.255.254", "this machine"),
    ("169.254.169.254", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.8", "reserved"),
    ("192.0.2.1", "documentation"),
    ("192.88.99.1", "6to4"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "benchmarking"),
    ("198.19.255.255", "benchmarking"),
    ("198.51.100.1", "documentation"),
    ("203.0.113.1", "documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.255", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "this machine"),
    ("::ffff:127.0.0.1", "mapped"),
    ("::ffff:8.8.8.8", "mapped"),
    ("::127.0.0.1", "compatible"),
    ("::8.8.8.8", "compatible"),
    ("64:ff9b::127.0.0.1", "NAT64"),
    ("64:ff9b::8.8.8.8", "NAT64"),
    ("64:ff9b:1::1", "NAT64"),
    ("100::1", "reserved"),
    ("2001::1", "Teredo"),
    ("2001:0:7f00:1::", "Teredo"),
    ("2001:10::1", "Teredo and its kin"),
    ("2001:db8::1", "documentation"),
    ("2002:7f00:1::", "6to4"),
    ("2002:808:808::1", "6to4"),
    ("3fff::1", "documentation"),
    ("4000::1", "reserved"),
    ("5f00::1", "reserved"),
    ("fc00::1", "private"),
    ("fdff::1", "private"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "zone"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("ff0e::1", "multicast"),
    ("", "not an address"),
    ("example.org", "not an address"),
    ("127.1", "not an address"),
    ("0177.0.0.1", "not an address"),
]

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2400:cb00::1",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize(("address", "why"), REFUSED)
def test_an_address_that_is_not_public_is_refused_by_its_name(address: str, why: str) -> None:
    assert why in why_refused(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_asked(address: str) -> None:
    assert why_refused(address) == ""


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_ever_asked(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    suspicious = address.is_private or address.is_loopback or address.is_multicast or address.is_link_local
    assert not suspicious or why_refused(str(address))


@given(st.integers(0, 2**32 - 1))
def test_no_ipv4_address_is_asked_in_an_ipv6_disguise(number: int) -> None:
    for prefix in ("::", "::ffff:0:0", "64:ff9b::"):
        disguised = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + number)
        assert why_refused(str(disguised))
