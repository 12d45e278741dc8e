"""What people say in a command: as an argument, or on standard input for `-`."""

import sys
from typing import Annotated

import typer

from controller.cli.failure import WRONG, failure
from controller.cli.language import _

STDIN_BYTES = 1024 * 1024
"""More than any text of ours may have; the room says its own limit."""

Body = Annotated[str, typer.Argument(metavar="TEXT", help=_("What to say; - reads it from standard input."))]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help=_("Why; - reads it from standard input."))
]


def text(field: str, given: str) -> str:
    """What was typed, or all of standard input for `-`. Raises `Failure` for what is no text."""
    if given != "-":
        return given
    try:
        data = sys.stdin.buffer.read(STDIN_BYTES + 1) if sys.stdin else b""
    except OSError as error:
        message = _("{field}: standard input cannot be read ({reason})", field=field, reason=error.strerror)
        raise failure(WRONG, "invalid", message, field=field) from None
    if len(data) > STDIN_BYTES:
        limit = _("standard input holds more than {most} bytes", most=STDIN_BYTES)
        raise failure(
            WRONG, "invalid", _("{field}: {limit}. Shorten it", field=field, limit=limit), field=field
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        message = _("{field}: standard input is no UTF-8 text. Convert it first", field=field)
        raise failure(WRONG, "invalid", message, field=field) from None
