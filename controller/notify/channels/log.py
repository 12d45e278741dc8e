"""The log: who is told what, in one line. The subject only, never the text: logs hold no content."""

import logging

from controller.notify.notice import Notice
from controller.words.rules import cleaned

logger = logging.getLogger("controller.notify.log")
_SUBJECT_CHARACTERS = 200


class LogChannel:
    """Always there; used when no other channel can reach the recipient."""

    def reaches(self, _notice: Notice) -> bool:
        return True

    async def send(self, notice: Notice) -> None:
        # The subject begins with the incident's reference.
        subject = cleaned(notice.subject)[:_SUBJECT_CHARACTERS]
        logger.info("notice for=%r subject=%r", cleaned(notice.recipient)[:80], subject)
