"""Mail by SMTP. Text from outside never becomes a header (trust.md, Everything from outside is text)."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib

from controller.notify.channels import Refusal
from controller.notify.notice import Notice

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SUBJECT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls`: "none" (loopback only), "starttls" or "implicit". `sender` is the address we write from."""

    host: str
    port: int
    sender: str
    sender_name: str = "Vigía"
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    timeout_s: float = 20.0


class MailChannel:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def reaches(self, notice: Notice) -> bool:
        return "@" in notice.address

    async def send(self, notice: Notice) -> None:
        """One connection for each notice: they are few, and a broken one takes none of the others along."""
        server = self._server
        try:
            message = written(notice, server)
        except (ValueError, MessageError) as error:
            raise Refusal(f"the address {notice.address!r} cannot be written to: {error}") from error
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls == "implicit",
                start_tls=server.tls == "starttls",
                timeout=server.timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            # A server that is busy refuses recipients for now (4xx): only 5xx is for good.
            if all(refused.code >= 500 for refused in error.recipients):
                raise Refusal(f"the mail server refused {notice.address}") from error
            raise


def written(notice: Notice, server: MailServer) -> EmailMessage:
    """The message. Raises ValueError or MessageError for an address that is none."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(plain(server.sender_name), addr_spec=server.sender)
    message["To"] = Address(plain(notice.recipient), addr_spec=notice.address)
    message["Subject"] = plain(notice.subject)[:_SUBJECT_CHARACTERS]
    message["Date"] = format_datetime(notice.created_at)
    message["Message-ID"] = f"<{notice.message_id}@{server.sender.rpartition('@')[2]}>"
    message["Content-Language"] = notice.language
    if notice.auto:
        # RFC 3834: no holiday message may answer this.
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.body)
    return message


def plain(text: str) -> str:
    """One line without control characters and direction marks."""
    return _CONTROL.sub(" ", text).strip()
