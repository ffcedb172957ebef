"""Where a request comes from."""

import re
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

WITH_PORT = re.compile(r"\[(.+)\](?::\d+)?|([\d.]+):\d+")


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address; behind a trusted proxy the one that the proxy itself added last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_PROXY else ""
    last_hop = address_in(forwarded.rpartition(",")[2])
    return last_hop or address_in(request.META.get("REMOTE_ADDR", ""))


def address_in(text: str) -> str | None:
    """An address that PostgreSQL keeps, without the port some proxies add; None for anything else."""
    found = WITH_PORT.fullmatch(text := text.strip())
    host = (found[1] or found[2]) if found else text
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return None
