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
_SEVEN_BIT = SMTP.clone(cte_type="7bit")


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
                message.as_bytes(),
                sender=server.sender,
                recipients=[notice.address],
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
    subject = plain(notice.subject)[:_SUBJECT_CHARACTERS]
    # The library folds a plain subject that nearly fits before its first word, which leaves an empty line
    # that some servers refuse; one that needs encoding must stay within 78.
    message = EmailMessage(policy=_SEVEN_BIT.clone(max_line_length=250 if subject.isascii() else 78))
    message["From"] = Address(plain(server.sender_name), addr_spec=server.sender)
    message["To"] = Address(plain(notice.recipient), addr_spec=notice.address)
    message["Subject"] = subject
    message["Date"] = format_datetime(notice.created_at)
    message["Message-ID"] = f"<{notice.message_id}@{server.sender.rpartition('@')[2]}>"
    if notice.auto:
        # RFC 3834: no holiday message may answer this.
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.body)
    # After the content: setting that drops every Content- header that was there.
    message["Content-Language"] = notice.language
    return message


def plain(text: str) -> str:
    """One line without control characters and direction marks."""
    return _CONTROL.sub(" ", text).strip()
