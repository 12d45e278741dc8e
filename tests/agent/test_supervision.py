"""What systemd hears of the agent: ready once, alive in time, stopping; and nothing where nobody listens."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.supervision import Supervision
from tests.support.agent_fakes import HandClock


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


async def test_it_says_that_it_is_ready_alive_and_stopping(tmp_path: Path, systemd: socket.socket) -> None:
    """Alive three times in a period of 180 s."""
    told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "180000000"}
    supervision, clock = Supervision({**told, "WATCHDOG_PID": str(os.getpid())}), HandClock()
    assert supervision.every_s == 60.0
    supervision.ready()
    living = asyncio.create_task(supervision.run(clock))
    await asyncio.sleep(0)
    supervision.stopping()
    living.cancel()
    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


async def test_where_nobody_listens_it_says_nothing_and_goes_on() -> None:
    for told in ({}, {"NOTIFY_SOCKET": "/nowhere/at/all"}, {"NOTIFY_SOCKET": "vsock:2:1"}):
        supervision = Supervision(told)
        supervision.ready()
        supervision.stopping()
        await supervision.run(HandClock())


def test_a_watchdog_that_watches_another_process_is_not_ours_to_feed() -> None:
    assert Supervision({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "1"}).every_s is None
    assert Supervision({"WATCHDOG_USEC": "soon"}).every_s is None
