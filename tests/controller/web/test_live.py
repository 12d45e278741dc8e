"""The stream says that something changed, beats while nothing does, and lets go when the process ends."""

import asyncio
from datetime import timedelta

from controller.core.changes import Changes
from controller.web.live import BEAT_S, LONGEST_S, stream
from tests.support.clocks import JumpingClock


async def test_it_greets_tells_topics_once_and_beats() -> None:
    clock, changes = JumpingClock(), Changes()
    told = stream(changes, clock)
    assert "event: hello" in await anext(told)
    for topic in ("incidents", "incidents", "machine:1"):
        changes.publish(topic)
    assert await anext(told) == 'event: changed\ndata: ["incidents", "machine:1"]\n\n'
    beat = asyncio.ensure_future(anext(told))
    await asyncio.sleep(0)
    await clock.jump(timedelta(seconds=BEAT_S))
    assert "event: beat" in await beat


async def test_it_ends_when_the_process_stops_and_leaves_nobody_listening() -> None:
    clock, changes = JumpingClock(), Changes()
    told = stream(changes, clock)
    await anext(told)
    rest = asyncio.ensure_future(anext(told, "ended"))
    await asyncio.sleep(0)
    changes.close()
    assert await asyncio.wait_for(rest, 5) == "ended"
    assert not changes._subscriptions


async def test_it_ends_by_itself_so_that_an_ended_session_is_noticed() -> None:
    clock, changes = JumpingClock(), Changes()
    told = stream(changes, clock)
    await anext(told)
    clock.set(clock.now() + timedelta(seconds=LONGEST_S))
    assert await anext(told, "ended") == "ended"
