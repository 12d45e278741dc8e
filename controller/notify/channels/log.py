"""The log: says that there was something to tell, and to whom. Never the text: logs hold no content."""

import logging

from controller.notify.notice import Notice

logger = logging.getLogger("controller.notify.log")


class LogChannel:
    """Always there; used when no other channel can reach the recipient."""

    def reaches(self, _notice: Notice) -> bool:
        return True

    async def send(self, notice: Notice) -> None:
        logger.warning("no channel for this notice, see the outbox id=%s", notice.id)
