"""Any collector of the agent, built again for a played machine by the seams that it has.

A new collector needs no line here: its constructor says by the names of its parameters what it can be given.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any

import pytest

from agent.collectors import Collector
from agent.collectors.asking import Ask
from agent.names import HW_MODEL, HW_NAME, HW_SERIAL
from agent.signals import Reading
from tests.agent.collectors.machine import Machine
from tests.agent.collectors.system.shelf import QuietNetwork, no_child

CALLED = (HW_NAME, HW_MODEL, HW_SERIAL)
NO_JOURNAL = ("no-such-journalctl",)
Series = tuple[str, str, tuple[tuple[str, str], ...]]


def built(one: Collector, here: Machine, ask: Ask) -> Collector:
    """The same kind of collector, reading that machine's files and asking those programs."""
    seams = {
        "roots": here.roots,
        "ask": ask,
        "journal": NO_JOURNAL,
        "run": str(here.folder / "run"),
        "etc": str(here.folder / "etc"),
        "probing": QuietNetwork(),
        "kernel": no_child,
    }
    taken = signature(type(one)).parameters
    return replaced(one, **{name: seam for name, seam in seams.items() if name in taken})


def replaced(one: Collector, **seams: Any) -> Collector:
    """The same kind of collector on this machine, but for those seams."""
    make: Callable[..., Any] = type(one)
    made: Collector = make(**seams)
    return made


def asks(one: Collector) -> bool:
    """Whether it asks programs."""
    return "ask" in signature(type(one)).parameters


def series(reading: Reading) -> set[Series]:
    """What was measured, without the numbers, and without what a part is called beside its identity."""
    return {
        (one.name, one.unit, tuple(sorted(pair for pair in one.attributes.items() if pair[0] not in CALLED)))
        for one in reading.metrics
    }


@contextmanager
def traced(here: Machine) -> Iterator[list[str]]:
    """The files of the machine that are opened meanwhile, each once, by their names in it."""
    seen: list[str] = []
    root, opened = f"{here.folder}/", os.open

    def watching(path: Any, *more: Any, **named: Any) -> int:
        descriptor = opened(path, *more, **named)
        name = str(path).removeprefix(root)
        if str(path).startswith(root) and name not in seen:
            seen.append(name)
        return descriptor

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", watching)
        yield seen
