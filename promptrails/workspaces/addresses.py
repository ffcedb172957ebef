"""Where a request comes from."""

import re
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

WITH_PORT = re.compile(r"\[(.+)\](?::\d+)?|([\d.]+):\d+")


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address; behind a trusted proxy the one that the proxy itself added last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_PROXY else ""
    last_hop = address_in(forwarded.rpartition(",")[2])
    return last_hop or address_in(request.META.get("REMOTE_ADDR", ""))


def address_in(text: str) -> str | None:
    """An address that PostgreSQL keeps, without the port some proxies add; None for anything else.

    A server that listens on IPv6 alone sees IPv4 visitors as ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2), which
    no list of allowed addresses has.
    """
    found = WITH_PORT.fullmatch(text := text.strip())
    host = (found[1] or found[2]) if found else text
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
