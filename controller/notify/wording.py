"""From what is to be said to the words: for many notices that is left until they are sent.

Whoever writes thousands of notices at one deadline keeps what is said, to whom and in which language; the
sender words each just before its first attempt and writes the words down, so that what was said stays.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from controller.notify.notice import Notice
from controller.storage import Connection
from controller.words.notices import Written, render

log = logging.getLogger(__name__)

Rest = Callable[[Notice], Mapping[str, str]]
"""Facts of a notice that were left out of it."""

Look = Callable[[Connection, Sequence[Notice]], Awaitable[Rest]]
"""Reads what that takes, for several notices at once. What it reads must never change, so that a notice says
the same whenever it is worded."""


async def nothing_left_out(_connection: Connection, _notices: Sequence[Notice]) -> Rest:
    """Of notices whose facts are all there."""
    return lambda _notice: {}


async def worded(
    connection: Connection, notices: Sequence[Notice], look: Look = nothing_left_out
) -> tuple[Notice, ...]:
    """All of them with their words; those that had them stay as they are. What cannot be worded gets a plain
    text: it is said all the same, and holds up no other."""
    left = [one for one in notices if one.template is not None]
    if not left:
        return tuple(notices)
    rest = await look(connection, left)
    return tuple(one if one.template is None else _worded(one, rest) for one in notices)


def _worded(notice: Notice, rest: Rest) -> Notice:
    facts = {**(notice.facts or {}), "recipient": notice.recipient}
    try:
        said = render(notice.template or "", notice.language, notice.zone or "UTC", {**facts, **rest(notice)})
    except Exception:
        log.exception("notice cannot be worded id=%s template=%s", notice.id, notice.template)
        said = _plain(notice.template or "", facts)
    return replace(notice, subject=said.subject, body=said.body, template=None, facts=None, zone=None)


def _plain(template: str, facts: Mapping[str, str]) -> Written:
    """No sentence, and all that is known."""
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return Written(f"[{facts.get('reference', 'Vigía')}] {template}", "\n".join(lines) + "\n")
