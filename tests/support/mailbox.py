"""A real SMTP server on a private port that keeps what it gets, and can be told to be busy or strict."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """`mails` holds every accepted message in order. `busy` answers 451; addresses in `unknown` get a 550."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.busy = False
        self.unknown: set[str] = set()
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.busy:
            return "451 4.3.0 try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What `address` got, in order."""
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]

    def subjects(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.to(address)]


@asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    """Listens on loopback, on the test's own event loop, until the block ends."""
    import asyncio

    mailbox = Mailbox()
    controller = UnthreadedController(mailbox, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop())
    server = await asyncio.get_running_loop().create_server(controller.factory, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
