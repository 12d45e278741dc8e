"""Open pages hear that something changed: every listener, equal news once, and the end."""

import asyncio

from controller.core.changes import Changes


async def test_every_listener_hears_and_equal_news_are_said_once() -> None:
    """Three publications of one topic before anybody reads are one piece of news."""
    changes = Changes()
    with changes.subscribe() as first, changes.subscribe() as second:
        for topic in ("incidents", "incidents", "incident:1", "incidents"):
            changes.publish(topic)
        for listener in (first, second):
            assert [await anext(listener), await anext(listener)] == ["incidents", "incident:1"]
    changes.publish("incidents")
    assert [topic async for topic in first] == [], "a closed one hears nothing"


async def test_whoever_waits_is_let_go_at_the_end() -> None:
    """Stopping the process ends every stream."""
    changes = Changes()
    heard: list[str] = []

    async def listen() -> None:
        with changes.subscribe() as subscription:
            heard.extend([topic async for topic in subscription])

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    changes.publish("a")
    await asyncio.sleep(0)
    changes.close()
    await listening
    assert heard == ["a"]
