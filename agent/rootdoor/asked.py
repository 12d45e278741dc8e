"""Asking at the door, for an agent that is not root. Without a door everything is as if there were none."""

import binascii
import json
import os
import socket
from typing import Any

from agent.errors import AgentError
from agent.processes import Finished, ProgramMissing
from agent.programs import Tool
from agent.rootdoor.listeners import Row
from agent.rootdoor.verbs import CERTBOTS, CERTIFICATE, FILES, LISTENERS, SOCKET, verb_for

# The door does one thing at a time: what came before may take as long as the slowest tool.
PATIENCE_S = 60.0
ANSWER_MAX_BYTES = 32 * 1024 * 1024


class DoorShut(AgentError):
    """Somebody should be there and did not answer; the text says how."""


def can_ask(path: str = SOCKET) -> bool:
    """Whether we are not root and there is a door."""
    return hasattr(os, "geteuid") and os.geteuid() != 0 and os.path.exists(path)


def ask_root(tool: Tool, words: tuple[str, ...], path: str = SOCKET) -> Finished | None:
    """What the program said; None when that is not for root, and we ask it ourselves.

    Raises ProgramMissing, DoorShut.
    """
    found = verb_for(tool, words)
    if found is None or not can_ask(path):
        return None
    verb, values = found
    told, _ = _told({"verb": verb.name, "with": list(values)}, verb.tool.timeout_s + PATIENCE_S, path)
    if "missing" in told:
        raise ProgramMissing(tool.name, "it is not installed")
    try:
        return Finished(
            int(told["returncode"]), str(told["stdout"]).encode("latin-1"),
            str(told["stderr"]).encode("latin-1"), bool(told["timed_out"]), bool(told["truncated"]),
            float(told["took_s"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise DoorShut("the door to root answered something else") from None


def opened(file: str, path: str = SOCKET) -> int:
    """The file, open for reading without waiting: by us or, where that fails, by root. Raises OSError."""
    try:
        return os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        if not can_ask(path):
            raise
    return opened_by_root(file, path)


def opened_by_root(file: str, path: str = SOCKET) -> int:
    """A descriptor of the path `file`, open for reading. Raises OSError when root is not asked or refuses."""
    verb = next((name for name, known in FILES.items() if known == file), None)
    if verb is None or not can_ask(path):
        raise PermissionError(13, "only root may read it", file)
    try:
        told, descriptor = _told({"verb": verb}, PATIENCE_S, path)
    except DoorShut as error:
        raise PermissionError(13, str(error), file) from None
    if descriptor is None:
        raise FileNotFoundError(2, str(told.get("missing") or told.get("fault")), file)
    return descriptor


def certbots(path: str = SOCKET) -> list[str]:
    """Paths of certbot's certificates, by root's eyes. Raises PermissionError, FileNotFoundError."""
    paths = _of_certificates({"verb": CERTBOTS}, path).get("paths")
    if not isinstance(paths, list) or not all(isinstance(one, str) for one in paths):
        raise PermissionError(13, "the door to root answered something else")
    return paths


def certificate(file: str, path: str = SOCKET) -> bytes:
    """The first certificate in that file, DER, by root's eyes. Raises PermissionError, FileNotFoundError."""
    told = _of_certificates({"verb": CERTIFICATE, "with": [file]}, path).get("der")
    try:
        return binascii.a2b_base64(str(told), strict_mode=True)
    except ValueError:
        raise PermissionError(13, "the door to root answered something else") from None


def listeners(path: str = SOCKET) -> list[Row]:
    """Port, process, name and unit of whatever listens, by root's eyes; empty when root is not asked."""
    if not can_ask(path):
        return []
    try:
        told, _ = _told({"verb": LISTENERS}, PATIENCE_S, path)
        return [(int(port), int(pid), str(name), str(unit)) for port, pid, name, unit in told["listeners"]]
    except (DoorShut, KeyError, TypeError, ValueError):
        return []


def _of_certificates(request: dict[str, object], path: str) -> dict[str, Any]:
    if not can_ask(path):
        raise PermissionError(13, "only root may read it")
    try:
        told, _ = _told(request, PATIENCE_S, path)
    except DoorShut as error:
        raise PermissionError(13, str(error)) from None
    if "missing" in told:
        raise FileNotFoundError(2, str(told["missing"]))
    return told


def _told(request: dict[str, object], timeout_s: float, path: str) -> tuple[dict[str, Any], int | None]:
    descriptors: list[int] = []
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(timeout_s)
            door.connect(path)
            door.sendall(json.dumps(request).encode() + b"\n")
            held = b""
            while not held.endswith(b"\n"):
                piece, more, _, _ = socket.recv_fds(door, 65_536, 1, socket.MSG_CMSG_CLOEXEC)
                descriptors += more
                held += piece
                if not piece or len(held) > ANSWER_MAX_BYTES:
                    raise DoorShut("the door to root closed in the middle of its answer")
        told = json.loads(held)
        if not isinstance(told, dict):
            raise ValueError
        if "fault" in told:
            raise DoorShut(f"the door to root refused: {told['fault']}")
        return told, descriptors.pop() if descriptors else None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or "no sense in it"
        raise DoorShut(f"the door to root does not answer: {why}") from None
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
