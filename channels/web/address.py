"""Where a request comes from: the peer, or what proxies we know say of it; anybody else's word does not count."""

import ipaddress
from collections.abc import Iterable

from aiohttp import web

from channels.web.keys import SETTINGS


def client_address(request: web.Request) -> str:
    """The right-most address that is not one of the configured proxies (RELIABILITY S13)."""
    return resolve(
        request.remote or "",
        request.headers.getall("X-Forwarded-For", []),
        request.app[SETTINGS].server.trusted_proxies,
    )


def resolve(peer: str, forwarded: Iterable[str], proxies: Iterable[str]) -> str:
    """Walk from the peer to the left while the one who speaks is a proxy of ours."""
    networks = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    present = peer
    while hops and _within(present, networks):
        before = hops.pop()
        try:
            ipaddress.ip_address(before)
        except ValueError:
            break
        present = before
    return present


def is_neighbour(request: web.Request) -> bool:
    """Whether the request comes straight from this machine or its private network, not through a proxy."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        peer = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    return peer.is_loopback or peer.is_private


def _within(address: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known.version == net.version and known in net for net in networks)
