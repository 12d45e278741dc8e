"""The boot after a cut of power, the sixth of a quarter of an hour, as a real machine told of it."""

import base64
from pathlib import Path

from agent.collectors.system.kernel.log import KernelLog
from agent.collectors.uptime import Uptime
from tests.agent.collectors.machine import machine
from tests.agent.recorded import Once, Recording, plain, told
from tests.agent.rules.story import Story

NO_JOURNAL = ("no-such-journalctl",)


def test_a_boot_after_a_cut_is_no_orderly_one(tmp_path: Path) -> None:
    """The log of logins has boots and not one shutdown between them: critical by then."""
    recording, here = Recording("power-cut"), machine(tmp_path)
    processors = (tmp_path / "proc/stat").read_text().partition("btime")[0]
    here.says("proc/stat", processors + recording.sections["/proc/stat"].strip() + "\n")
    here.says("proc/uptime", recording.sections["/proc/uptime"].strip() + "\n")
    here.says("log/wtmp", base64.b64decode(recording.sections["wtmp"]))
    found = told(Story(), Uptime(here.roots, NO_JOURNAL))
    assert plain(found) == {("boot.unexpected", "", "critical")}
    assert int(found[0].facts["unclean_boots_24h"]) >= 4


def test_a_filesystem_that_recovers_its_journal_is_no_fault(tmp_path: Path) -> None:
    kernel = Recording("power-cut").kernel()
    assert any("recovery complete" in message.text for message in kernel)
    here = machine(tmp_path)
    log = KernelLog(here.roots, monotonic=lambda: kernel[-1].at_s + 2, source=Once(kernel))
    assert told(Story(), log) == []
