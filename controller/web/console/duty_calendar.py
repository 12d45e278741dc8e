"""The private calendar of duty: whoever holds the link reads turns, and nothing else follows from it."""

import re

from fastapi import APIRouter
from starlette.responses import Response

from controller.core.errors import NotFound
from controller.escalation.rota.actions import owner_of_link
from controller.escalation.rota.subscription import subscribed
from controller.web.reader import Here
from controller.words.catalogue import chosen

router = APIRouter()
_FILES = re.compile(r"(mine|all|level-([123]))\.ics")


@router.get("/duty/calendar/{token}/{file}")
async def calendar(context: Here, token: str, file: str) -> Response:
    """`mine.ics`, `all.ics`, `level-1.ics`. Raises `NotFound`, whatever is wrong with the address."""
    wish = _FILES.fullmatch(file)
    if wish is None or len(token) > 100:
        raise NotFound("calendar", "")
    async with context.storage.reading() as connection:
        owner = await owner_of_link(connection, token)
        text = await subscribed(
            connection,
            context.clock.now(),
            chosen(owner.language),
            int(wish[2]) if wish[2] else None,
            owner.login if wish[1] == "mine" else None,
        )
    return Response(text, media_type="text/calendar; charset=utf-8")
