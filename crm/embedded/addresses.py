"""Addresses at which other machines reach this machine."""

import fcntl
import socket
import struct
from contextlib import suppress
from ipaddress import ip_address

SIOCGIFADDR = 0x8915  # Linux: the IPv4 address of an interface
SOMEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # for documentation, never called


def reachable_at(host: str) -> list[str]:
    """Return browser-style host names: all interfaces for a wildcard address, none for a loopback address."""
    with suppress(ValueError):
        interface = ip_address(host.strip("[]"))
        if interface.is_loopback:
            return []
        if not interface.is_unspecified:
            return [_written(str(interface))]
        own_addresses = {*_outgoing(socket.AF_INET), *_of_interfaces()}
        if interface.version == 6:
            own_addresses |= set(_outgoing(socket.AF_INET6))
        return sorted(_written(address) for address in own_addresses if not ip_address(address).is_loopback)
    return [] if host == "localhost" else [host]


def _written(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _outgoing(family: socket.AddressFamily) -> list[str]:
    """Return the local address used for outgoing traffic. Connecting a datagram socket sends nothing."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((SOMEWHERE[family], 9))
        return [str(probe.getsockname()[0])]
    return []


def _of_interfaces() -> list[str]:
    addresses = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without an address
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                addresses.append(socket.inet_ntoa(answer[20:24]))
    return addresses
