"""What a real Debian machine said while it was broken on purpose, told to our collectors and rules again.

`said/` holds the machine's own files and the output of its programs as `make guest` recorded them on kernel
6.1 (VIGIA_GUEST_RECORD=FOLDER make guest), cut to what is read here.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from agent.collectors import Collector, look
from agent.collectors.system.kernel.source import Message, parse
from agent.signals import Finding
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.machine import Machine
from tests.agent.rules.story import Story
from tests.support.agent_fakes import HandClock

SAID = Path(__file__).with_name("said")


class Recording:
    """One file of `said/`: sections by path, by command, or by name."""

    def __init__(self, name: str) -> None:
        parts = re.split(r"^==> (.*) <==$\n?", (SAID / f"{name}.txt").read_text(), flags=re.MULTILINE)
        self.sections = dict(zip(parts[1::2], parts[2::2], strict=True))

    def on(self, folder: Path) -> Machine:
        """Its files as a machine in that folder; what was there before and is not in it stays."""
        machine = Machine(folder)
        for path, content in self.sections.items():
            if path.startswith("/"):
                machine.says(path[1:], content.rstrip("\n") + "\n")
        return machine

    def answers(self, codes: Mapping[str, int] | None = None) -> Answers:
        return Answers({name: text for name, text in self.sections.items() if " " in name}, codes or {})

    def kernel(self) -> Sequence[Message]:
        """The kernel's log."""
        read = (parse(line.encode()) for line in self.sections["kmsg"].splitlines())
        return [message for message in read if message is not None]

    def statvfs(self, path: str) -> os.statvfs_result:
        return os.statvfs_result(json.loads(self.sections["statvfs"])[path])


class Once:
    """A kernel's log that was there from the beginning."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._messages = list(messages)

    def new(self) -> Sequence[Message]:
        told, self._messages = self._messages, []
        return told


def told(story: Story, collector: Collector, seconds: float = 10.0, every_s: float = 10.0) -> list[Finding]:
    """What the rules make of looks of a collector over that time."""

    def read(now: datetime) -> object:
        return look(collector, HandClock(now))

    return story.tell(read, seconds, every_s)  # type: ignore[arg-type]


def plain(found: Iterable[Finding]) -> set[tuple[str, str, str]]:
    """{(rule, object, severity)}"""
    return {(one.rule, one.object, one.severity.value) for one in found}
