"""Which network addresses may be asked. Names and URLs are judged elsewhere; this file sees numbers only."""

import ipaddress

#: Not for the public internet, or leading elsewhere than they say. IANA IPv4 Special-Purpose Address Registry
#: (RFC 6890 and successors), written out because ``ipaddress.is_global`` differs between Python's patch releases
#: and calls multicast global.
_REFUSED_V4 = tuple(
    (ipaddress.IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("127.0.0.0/8", "this machine's own address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)

#: The only IPv6 block that IANA gives out for the public internet. Everything beside it is refused: ::1, mapped and
#: compatible IPv4, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique-local, link-local, site-local, multicast.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "a protocol's own address (Teredo and its kin)"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
    )
)
#: For the sentence only: what an address outside 2000::/3 is called.
_NAMED_V6 = tuple(
    (ipaddress.IPv6Network(network), what)
    for network, what in (
        ("::1/128", "this machine's own address"),
        ("::/128", "an unspecified address"),
        ("::ffff:0:0/96", "an IPv4-mapped address"),
        ("::/96", "an IPv4-compatible address"),
        ("64:ff9b::/96", "a NAT64 address"),
        ("64:ff9b:1::/48", "a NAT64 address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)


def why_refused(address: str) -> str:
    """Say what is wrong with a numeric address ("a private address"); "" when it may be asked."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return "not an address"
    if isinstance(number, ipaddress.IPv4Address):
        return _first_name(_REFUSED_V4, number)
    if number.scope_id is not None:
        return "an address with a zone"
    if number not in _PUBLIC_V6:
        return _first_name(_NAMED_V6, number) or "a reserved address"
    return _first_name(_REFUSED_V6, number)


def _first_name(
    table: tuple[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str], ...],
    number: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> str:
    return next((what for network, what in table if number in network), "")
