"""A mail server that lets the letters of a sending stop in their middle."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.mailbox import Mailbox


class HalfwayMailbox(Mailbox):
    """Takes one letter that holds `words`, and while `halfway` no other."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self.halfway = True

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        is_letter = self._is_letter(message_from_bytes(content, policy=default))
        if self.halfway and is_letter and any(map(self._is_letter, self.mails)):
            return "451 4.3.0 try again later"
        return await super().handle_DATA(server, session, envelope)

    def letters(self, address: str) -> int:
        """So many of them have come to `address`."""
        return sum(map(self._is_letter, self.to(address)))

    def _is_letter(self, mail: EmailMessage) -> bool:
        return self.words in str(mail.get_content())
