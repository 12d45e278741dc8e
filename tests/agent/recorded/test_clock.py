"""A real machine's clock that nobody keeps, set wrong by two minutes and by a year."""

from datetime import datetime
from pathlib import Path

import pytest

from agent.collectors import look
from agent.collectors.asking import Finished
from agent.collectors.system.time.sync import TimeSync
from agent.signals import Reading
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.machine import Machine
from tests.agent.recorded import Recording, plain
from tests.agent.rules.story import Story
from tests.support.agent_fakes import HandClock


class Kept:
    """The machine as it was recorded, and what its uptime and clock say when some seconds have gone by."""

    def __init__(self, folder: Path, name: str) -> None:
        recording = Recording(name)
        self._machine: Machine = recording.on(folder)
        self._uptime_s = float(recording.sections["/proc/uptime"].split()[0])
        self.now = datetime.fromisoformat(recording.sections["now"].strip())
        self.kernel = Finished(0, recording.sections["kernelclock"].encode(), b"", False, False, 0.0)

    def read(self, sync: TimeSync, now: datetime) -> Reading:
        passed_s = (now - self.now).total_seconds()
        self._machine.says("proc/uptime", f"{self._uptime_s + passed_s:.2f} 0.00\n")
        return look(sync, HandClock(now))


@pytest.mark.parametrize("wrong", ["system-clock-two-minutes", "system-clock-year"])
def test_a_clock_that_is_set_wrong_is_known_by_the_machines_own_uptime(tmp_path: Path, wrong: str) -> None:
    """Unkept, as systemd-timesyncd without a server leaves it: nothing yet. Set wrong: high after two
    minutes, though the last word of the controller is from before."""
    right = Kept(tmp_path, "system-clock-right")
    sync = TimeSync(
        Machine(tmp_path).roots, Answers({}), str(tmp_path / "run"), tmp_path / "var/lib/vigia-agent",
        monotonic=lambda: 0.0, kernel=lambda: right.kernel,
    )  # fmt: skip
    story = Story()
    story.now = right.now
    assert story.tell(lambda now: right.read(sync, now), 180, every_s=60) == []
    off = Kept(tmp_path, wrong)
    story.now = off.now
    found = story.tell(lambda now: off.read(sync, now), 240, every_s=60)
    assert plain(found) == {("time.sync", "", "high")}
    assert found[0].facts["time_synchronized"] == "0"
