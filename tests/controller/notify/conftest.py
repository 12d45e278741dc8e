"""A mailbox that really receives, and a channel that writes to it."""

from collections.abc import AsyncIterator

import pytest

from tests.support.mailbox import Mailbox, open_mailbox


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as opened:
        yield opened
