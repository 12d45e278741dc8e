"""The recorder at work: what stands in the evidence is what the machine did before the fault."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.diagnostics import recorded
from agent.diagnostics.request import Request, packed, unpacked
from agent.disk import OsDisk
from agent.layouts import LayoutBook, Series
from agent.recorder.frozen import FROZEN_MAX
from agent.recorder.recorder import Recorder
from agent.recorder.recording import read
from agent.recorder.witness import witnessed
from agent.signals import Finding, FindingState, Metric, Reading, Severity
from tests.support.agent_fakes import EPOCH, HandClock
from tests.support.forgetful_disk import ForgetfulDisk

FREE = Series("system.filesystem.usage", "By", (("system.filesystem.mountpoint", "/srv"),))


def finding(key: str, object_: str = "/srv", began_s: float = 0.0) -> Finding:
    began = EPOCH + timedelta(seconds=began_s)
    return Finding(key, "filesystem.space", object_, FindingState.RAISED, Severity.HIGH, began, began)


class Bench:
    """A recorder that looks at this machine by a clock that is moved by hand."""

    def __init__(self, folder: Path, boot: str = "boot-1", clock: HandClock | None = None) -> None:
        self.clock, self.folder = clock or HandClock(), folder
        layouts = LayoutBook(OsDisk(), folder / "layouts")
        layouts.load()
        self.layout = layouts.id_for([FREE])
        self.recorder = Recorder(OsDisk(), folder / "recorder", self.clock, layouts, boot)
        self.damage = self.recorder.open()

    def live(self, looks: int) -> None:
        for number in range(looks):
            self.recorder.snapshot(self.layout, [float(number)])
            self.recorder.look()
            self.clock.pass_time(5)

    def frozen(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "recorder").glob("frozen-*"))

    def items(self, about: Finding) -> dict[str, str]:
        """As the child that takes the evidence makes them."""
        request = unpacked(packed(about, [], None, "1", self.recorder.recorded(about.finding_id)))
        return {
            recipe.label: recipe.take(request).data.decode()
            for recipe in recorded.RECIPES
            if recipe.wanted(request)
        }


async def test_the_quarter_of_an_hour_before_the_fault_goes_with_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.live(240)
    bench.recorder.link_changed(False, "connection refused")
    bench.live(1)
    await bench.recorder.freeze("f-1")
    items = bench.items(finding("f-1", began_s=1_100))
    assert set(items) == {
        "recorder/minutes.txt",
        "recorder/log.txt",
        "recorder/processes.txt",
        recorded.NUMBERS,
    }
    rows = [line for line in items["recorder/minutes.txt"].splitlines() if line[2:3] == ":"]
    assert 180 <= len(rows) <= 182
    assert "the fault began: filesystem.space /srv" in items["recorder/minutes.txt"]
    assert "vigia-agent: not connected: connection refused" in items["recorder/log.txt"]
    assert items["recorder/processes.txt"].count("NAME") >= 15
    numbers = json.loads(items[recorded.NUMBERS])
    fast, about = numbers["groups"]
    assert fast["times"][1] - fast["times"][0] == 5
    assert {"vigia.cpu.busy", "vigia.memory.available"} <= {one["name"] for one in fast["series"]}
    assert about["series"][0]["attributes"] == {"system.filesystem.mountpoint": "/srv"}
    assert all(
        len(one["values"]) == len(group["times"]) for group in numbers["groups"] for one in group["series"]
    )
    bench.recorder.delivered("f-1")
    assert not bench.frozen()


async def test_findings_of_one_minute_share_one_recording(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.live(3)
    await bench.recorder.freeze("f-1")
    bench.clock.pass_time(50)
    await bench.recorder.freeze("f-2")
    bench.clock.pass_time(50)
    await bench.recorder.freeze("f-3")
    assert len(bench.frozen()) == 2
    bench.recorder.delivered("f-1")
    assert bench.items(finding("f-2")) == {recorded.SAME_AS: "f-1\n"}
    assert recorded.NUMBERS in bench.items(finding("f-3"))


async def test_a_shared_recording_goes_with_whoever_is_delivered_first(tmp_path: Path) -> None:
    """The first one's evidence failed: the second carries what both share."""
    bench = Bench(tmp_path)
    bench.live(3)
    await bench.recorder.freeze("f-1")
    await bench.recorder.freeze("f-2")
    assert recorded.NUMBERS in bench.items(finding("f-2"))
    bench.recorder.delivered("f-2")
    assert bench.items(finding("f-1")) == {recorded.SAME_AS: "f-2\n"}


async def test_recordings_on_disk_are_few(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for number in range(FROZEN_MAX + 3):
        bench.live(13)
        await bench.recorder.freeze(f"f-{number}")
    assert len(bench.frozen()) == FROZEN_MAX
    again = Bench(tmp_path, clock=bench.clock)
    assert again.recorder.undelivered() == [f"f-{number}" for number in range(3, FROZEN_MAX + 3)]


async def test_what_came_before_a_power_cut_goes_with_the_unexpected_restart(tmp_path: Path) -> None:
    """The run before ended in the middle: its last minutes lie ready before any rule has looked."""
    bench = Bench(tmp_path)
    bench.live(100)
    bench.clock.pass_time(90)
    after = Bench(tmp_path, "boot-2", bench.clock)
    assert after.recorder.ended_abruptly and not after.damage.places
    after.live(2)
    await after.recorder.freeze("f-1", restart=True)
    items = after.items(finding("f-1", "", 590))
    rows = [line for line in items["recorder/minutes.txt"].splitlines() if line[2:3] == ":"]
    assert len(rows) == 100, "none of them after the restart"
    after.recorder.delivered("f-1")
    assert not after.frozen()


async def test_who_has_the_shared_recording_is_known_after_a_restart(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.live(5)
    await bench.recorder.freeze("f-1")
    await bench.recorder.freeze("f-2")
    assert bench.recorder.goes_with("f-2") == "f-1" and bench.recorder.goes_with("f-1") == ""
    bench.recorder.delivered("f-2")
    assert bench.recorder.goes_with("f-1") == "f-2"
    again = Bench(tmp_path, clock=bench.clock)
    again.recorder.shared("f-1", "f-2")
    assert set(again.items(finding("f-1"))) == {"recorder/same-as.txt"}


def test_an_agent_that_is_started_again_still_has_the_minutes_before_the_power_cut(tmp_path: Path) -> None:
    """Their evidence never left: whoever is told of the restart takes them over, until the next cut."""
    bench = Bench(tmp_path)
    bench.live(60)
    second = Bench(tmp_path, "boot-2", bench.clock)
    assert not second.recorder.take_over("f-1"), "it is the one that put them aside"
    second.live(10)
    second.recorder.close()
    again = Bench(tmp_path, "boot-2", bench.clock)
    assert again.recorder.take_over("f-1")
    rows = [
        line for line in again.items(finding("f-1"))["recorder/minutes.txt"].splitlines() if line[2:3] == ":"
    ]
    assert len(rows) == 60
    again.recorder.delivered("f-1")
    assert not again.frozen() and not again.recorder.take_over("f-1")
    assert not Bench(tmp_path, "boot-3", bench.clock).recorder.take_over("f-1")


async def test_each_restart_has_its_own_minutes(tmp_path: Path) -> None:
    """What nobody asked for after the first power cut must not pass for what came before the second."""
    bench = Bench(tmp_path)
    bench.live(50)
    second = Bench(tmp_path, "boot-2", bench.clock)
    second.live(20)
    third = Bench(tmp_path, "boot-3", bench.clock)
    assert len(third.frozen()) == 1
    await third.recorder.freeze("f-1", restart=True)
    told = third.items(finding("f-1", ""))["recorder/minutes.txt"]
    assert told.count("the agent started") == 2
    third.live(5)
    third.recorder.close()
    assert Bench(tmp_path, "boot-4", bench.clock).frozen() == []


def test_an_orderly_restart_freezes_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.live(5)
    bench.recorder.close()
    after = Bench(tmp_path, "boot-2", bench.clock)
    assert not after.recorder.ended_abruptly and not after.frozen()


def test_a_killed_agent_goes_on_where_it_was(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.live(5)
    again = Bench(tmp_path, clock=bench.clock)
    again.live(5)
    assert not again.damage.places and not again.recorder.ended_abruptly and not again.frozen()


async def test_a_damaged_recording_tells_the_rest(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.live(60)
    await bench.recorder.freeze("f-1")
    path = next((tmp_path / "recorder").glob("frozen-*"))
    data = bytearray(path.read_bytes())
    whole = read(bytes(data))
    data[len(data) // 2] ^= 1
    rest = read(bytes(data))
    assert rest.unreadable == 1
    lost = len(whole.rows) + len(whole.snapshots) + len(whole.lines) + len(whole.tops)
    assert len(rest.rows) + len(rest.snapshots) + len(rest.lines) + len(rest.tops) >= lost - 1


async def test_a_disk_that_takes_nothing_stops_neither_the_agent_nor_a_finding() -> None:
    disk, clock = ForgetfulDisk(capacity_bytes=1_000), HandClock()
    disk.mkdir(Path("/data/layouts"))
    recorder = Recorder(disk, Path("/data/recorder"), clock, LayoutBook(disk, Path("/data/layouts")), "boot")
    recorder.open()
    await recorder.freeze("f-1")
    assert recorder.recorded("f-1").path is None
    assert Request(finding("f-1")).recording == ""
    recorder.delivered("f-1")
    recorder.close()


def test_the_recording_tells_how_the_last_run_ended_where_nobody_else_can() -> None:
    silent = Reading("uptime", EPOCH, 0.0, (Metric("system.uptime", 60.0, "s"),))
    assert witnessed(silent, abrupt=True).value("vigia.boot.unclean") == 1.0
    assert witnessed(silent, abrupt=False) is silent
    known = replace(silent, metrics=(Metric("vigia.boot.unclean", 0.0, "1"),))
    assert witnessed(known, abrupt=True) is known, "the log of logins knows better"


async def test_it_records_again_when_the_disk_does(tmp_path: Path) -> None:
    """A disk that failed for a while costs the time it failed, nothing else."""
    bench = Bench(tmp_path)
    bench.live(5)
    (tmp_path / "recorder").rename(tmp_path / "away")
    bench.recorder._ring.close()
    with pytest.raises(OSError, match="No such file"):
        bench.live(1)
    (tmp_path / "away").rename(tmp_path / "recorder")
    bench.recorder.open()
    bench.live(5)
    await bench.recorder.freeze("f-1")
    rows = [
        line for line in bench.items(finding("f-1"))["recorder/minutes.txt"].splitlines() if ":" in line[:4]
    ]
    assert len(rows) == 10
