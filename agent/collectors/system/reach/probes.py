"""The probes: one datagram or one connection each, with a limit. None needs root, none is ICMP."""

import contextlib
import errno
import socket
import struct

PROBE_PORT = 33_434  # nobody listens there: the answer, if any, is a refusal
DNS_PORT = 53
_ALIVE = (errno.ECONNREFUSED, errno.ECONNRESET)
_SERVER_FAILURE = 2


def nudge(address: str) -> None:
    """Makes the kernel look for the neighbour: one empty datagram, whose answer nobody waits for."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outlet:
        outlet.setblocking(False)
        outlet.sendto(b"", (address, PROBE_PORT))


def connects(host: str, port: int, timeout_s: float) -> bool:
    """Whether somebody answers there; a refusal is an answer too."""
    try:
        socket.create_connection((host, port), timeout_s).close()
    except OSError as error:
        return error.errno in _ALIVE
    return True


def resolves(server: str, port: int, name: str, timeout_s: float, number: int) -> bool:
    """Whether a resolver answers a question about `name` otherwise than by "I cannot" (RFC 1035, 4.1)."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    asked = query(name, number)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as outlet:
            outlet.settimeout(timeout_s)
            outlet.connect((server, port))
            outlet.send(asked)
            for _ in range(4):  # late answers to earlier questions
                told = outlet.recv(4096)
                if len(told) >= 12 and told[:2] == asked[:2] and told[2] & 0x80:
                    return told[3] & 0x0F != _SERVER_FAILURE
    except (OSError, UnicodeError):
        return False
    return False


def query(name: str, number: int) -> bytes:
    """A question for the address of `name`, or for the root's name servers when it is empty."""
    labels = [label.encode("idna") for label in name.strip(".").split(".") if label]
    asked = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    kind = 1 if labels else 2
    return struct.pack(">HHHHHH", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + asked + struct.pack(">HH", kind, 1)
