"""The stream that tells an open page to look again (server-sent events). It carries topics, never content.

A browser that loses it shows "not live", reads again each 30 s, and reconnects by itself.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from controller.core.changes import Changes, Subscription
from controller.core.clock import Clock
from controller.web.reader import Here, Staff

router = APIRouter()
BEAT_S = 15.0
LONGEST_S = 900.0
"""A stream ends by itself after this, so that an ended session is noticed when the browser comes back."""


@router.get("/live")
async def live(_: Staff, context: Here) -> StreamingResponse:
    """Topics that changed from now on, and a beat each 15 s, for whoever is signed in."""
    return StreamingResponse(
        stream(context.changes, context.clock), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


async def stream(changes: Changes, clock: Clock) -> AsyncIterator[str]:
    """Ends when `changes` is closed or after `LONGEST_S`; a stalled browser gets each topic once."""
    topics: dict[str, None] = {}
    news = asyncio.Event()
    with changes.subscribe() as subscription:
        pump = asyncio.create_task(_collect(subscription, topics, news))
        started = clock.monotonic()
        try:
            yield "retry: 3000\nevent: hello\ndata: {}\n\n"
            while clock.monotonic() - started < LONGEST_S:
                await clock.wait(news, BEAT_S)
                news.clear()
                if topics:
                    changed = list(topics)
                    topics.clear()
                    yield f"event: changed\ndata: {json.dumps(changed)}\n\n"
                elif pump.done():
                    return
                else:
                    yield "event: beat\ndata: {}\n\n"
        finally:
            pump.cancel()


async def _collect(subscription: Subscription, topics: dict[str, None], news: asyncio.Event) -> None:
    try:
        async for topic in subscription:
            topics[topic] = None
            news.set()
    finally:
        news.set()
