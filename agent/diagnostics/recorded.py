"""What the flight recorder kept of the minutes before the fault: as tables, as a log, as numbers."""

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

from agent.diagnostics.item import KIB, Recipe, Taken
from agent.diagnostics.request import Request
from agent.recorder import telling
from agent.recorder.recording import Recording, read
from agent.signals import Finding

SOURCE = "the agent's flight recorder"
FOLDER = "recorder"
# By this name the controller finds what it draws, and by the next one where else to look for it.
NUMBERS = f"{FOLDER}/numbers.json"
SAME_AS = f"{FOLDER}/same-as.txt"
_reading = threading.Lock()


def _told(tell: Callable[[Recording, Finding], str]) -> Callable[[Request], Taken]:
    def take(request: Request) -> Taken:
        """Raises FileNotFoundError when the recording is gone, ValueError for one that holds nothing."""
        with _reading:  # all items want the same one
            held = _held(request.recording)
        if held.is_empty:
            raise ValueError("nothing in it can be read")
        return Taken(SOURCE, tell(held, request.finding).encode("utf-8", "replace"))

    return take


@cache
def _held(path: str) -> Recording:
    return read(Path(path).read_bytes())


def _same_as(request: Request) -> Taken:
    return Taken(SOURCE, f"{request.same_as}\n".encode())


def _wanted(request: Request) -> bool:
    return bool(request.recording)


RECIPES: tuple[Recipe, ...] = (
    Recipe(f"{FOLDER}/minutes.txt", 96 * KIB, _told(telling.minutes), _wanted, own=True),
    Recipe(f"{FOLDER}/log.txt", 256 * KIB, _told(telling.log), _wanted, own=True),
    Recipe(
        f"{FOLDER}/processes.txt", 64 * KIB, _told(lambda held, _: telling.processes(held)), _wanted, own=True
    ),
    Recipe(NUMBERS, 512 * KIB, _told(telling.numbers), _wanted, own=True),
    Recipe(SAME_AS, KIB, _same_as, lambda request: bool(request.same_as), own=True),
)
