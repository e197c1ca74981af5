"""Which addresses are one subscriber's."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

NAT64 = IPv6Network("64:ff9b::/96")
"""Where a network writes all IPv4 addresses into IPv6 (RFC 6052)."""


@lru_cache(maxsize=1024)
def household(address: str) -> str:
    """An address as it is counted: of IPv6 the /64 that one subscriber has to itself, unless it is one of IPv4."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    within = found.ipv4_mapped or (IPv4Address(int(found) & 0xFFFF_FFFF) if found in NAT64 else None)
    return str(within or ip_network((int(found), 64), strict=False))
