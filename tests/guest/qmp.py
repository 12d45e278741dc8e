"""The line to QEMU's own monitor: one command, one answer."""

import json
import socket
from pathlib import Path
from typing import Any


class Refused(Exception):
    """QEMU would not; the text is its own."""


class Qmp:
    """Connected when made; events are read past."""

    def __init__(self, path: Path, patience_s: float = 20.0) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(patience_s)
        self._line.connect(str(path))
        self._read = self._line.makefile("rb")
        self._answer()  # its greeting
        self("qmp_capabilities")

    def __call__(self, command: str, **arguments: object) -> Any:
        """What QEMU returns. Raises Refused."""
        asked = {"execute": command, **({"arguments": arguments} if arguments else {})}
        self._line.sendall(json.dumps(asked).encode() + b"\n")
        answer = self._answer()
        if "error" in answer:
            raise Refused(f"{command}: {answer['error'].get('desc')}")
        return answer["return"]

    def _answer(self) -> dict[str, Any]:
        while True:
            line = self._read.readline()
            if not line:
                raise Refused("QEMU hung up")
            told: dict[str, Any] = json.loads(line)
            if "event" not in told:
                return told

    def close(self) -> None:
        self._read.close()
        self._line.close()
