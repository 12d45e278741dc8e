"""The bundle: what is in it, what is not, and what a stuck or failing item costs."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.collectors import ALL as COLLECTORS
from agent.collectors import look
from agent.diagnostics import samples_table
from agent.diagnostics.item import Recipe, Taken, table
from agent.diagnostics.largest_folders import walked
from agent.diagnostics.request import Request, RequestRefused, packed, unpacked
from agent.diagnostics.samples import take as samples_of
from agent.diagnostics.taking import ALL, PACKED_MAX_BYTES, taken_bundle
from agent.diagnostics.watched_port import port_of
from agent.signals import Finding, FindingState, Gap, Listener, Metric, Reading, Severity
from evidence.reader import read_bundle

CLOCK = SystemClock()
SALT = b"s" * 32
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def finding(kind: str = "http", target: str = "http://127.0.0.1:8080/") -> Finding:
    facts = {"watch_name": "shop", "watch_kind": kind, "watch_target": target}
    return Finding("f-1", "watch.down", "shop", FindingState.RAISED, Severity.CRITICAL, NINE, NINE, facts)


def reading(number: float) -> Reading:
    metric = Metric("system.disk.io", number, "By", {"system.device": "sda", "disk.io.direction": "read"})
    return Reading("disks", NINE, 0.0, (metric,), (Gap("disks", "slow"),))


def test_the_request_arrives_as_it_was_sent() -> None:
    """Finding, listener and readings; a reading's attributes stand in its metric's name."""
    request = unpacked(packed(finding(), [reading(5.0)], Listener(7, "nginx", "nginx.service"), "1.2"))
    assert request.finding == finding() and request.agent_version == "1.2"
    assert request.listener == Listener(7, "nginx", "nginx.service") and request.unit == "nginx.service"
    assert request.samples[0]["values"] == {"system.disk.io{disk.io.direction=read,system.device=sda}": 5.0}
    assert request.samples[0]["gaps"] == ["slow"]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"finding": {}}', b"\xff", b"null"])
def test_nonsense_is_refused_as_a_request(data: bytes) -> None:
    with pytest.raises(RequestRefused):
        unpacked(data)


def test_the_unit_of_a_unit_watch_is_its_target() -> None:
    assert Request(finding("unit", "shop.service")).unit == "shop.service"
    assert Request(finding()).unit == ""


@pytest.mark.parametrize(
    ("kind", "target", "port"),
    [
        ("tcp", "[::1]:25", 25),
        ("http", "http://a/x", 80),
        ("http", "https://a", 443),
        ("http", "http://[::1]:81/", 81),
    ],
)
def test_the_watched_port_is_read_from_the_target(kind: str, target: str, port: int) -> None:
    assert port_of(kind, target) == port


def test_a_real_bundle_of_this_machine() -> None:
    """Everything asked for is in it; what the machine lacks is a visible gap."""
    samples = [look(collector, CLOCK) for collector in COLLECTORS]
    request = unpacked(packed(finding(), samples, Listener(os.getpid(), "python", ""), "1.2"))
    bundle = read_bundle(taken_bundle(request, CLOCK, SALT, 10.0))
    asked = {recipe.label for recipe in ALL if recipe.wanted(request)}
    assert {item.label for item in bundle.manifest.items} == asked
    assert bundle.findings[0]["finding_id"] == "f-1"
    assert bundle.manifest.agent_version == "1.2"
    for label in (
        "processes.txt",
        "listening-ports.txt",
        "disk-use.txt",
        "samples.jsonl",
        "samples.txt",
        "watched-port.json",
    ):
        item = bundle.manifest.item(label)
        assert item is not None and item.bytes > 0 and not item.withheld
    port = json.loads(bundle.read("watched-port.json"))
    assert port["last_seen_listening"]["still_runs"] is True
    assert len(bundle.read("samples.jsonl").splitlines()) == len(COLLECTORS)


def snapshot(second: int, busy: float) -> Reading:
    disk = {
        "system.device": "/dev/sda1",
        "system.filesystem.mountpoint": "/srv, a",
        "system.filesystem.type": "ext4",
    }
    card = {"network.interface.name": "eth0"}
    metrics = (
        Metric("vigia.cpu.busy", busy, "1"),
        Metric("vigia.memory.available", 0.25, "1"),
        Metric("system.filesystem.usage", 3 * 2**30, "By", {**disk, "system.filesystem.state": "free"}),
        Metric("vigia.network.io_rate", 800.0, "By/s", {**card, "network.io.direction": "receive"}),
        watched("shop", 0),
    )
    return Reading("snapshot", NINE + timedelta(seconds=second), 0.0, metrics)


def watched(name: str, result: int) -> Metric:
    of = {"vigia.watch.kind": "tcp", "vigia.watch.name": name, "vigia.watch.target": "127.0.0.1:80"}
    return Metric("vigia.watch.result", result, "1", of)


def test_the_minutes_before_the_fault_read_as_a_table() -> None:
    """Two snapshots, a look that says nothing new, and the one that found the shop closed; an hour-old
    reading is no longer of interest."""
    looks = [
        Reading("watch:shop", NINE + timedelta(seconds=second), 0.0, (watched("shop", result),))
        for second, result in ((16, 0), (18, 1))
    ]
    samples = [*looks, snapshot(0, 0.5), snapshot(10, 1.0), snapshot(-3_600, 0.0)]
    request = unpacked(packed(finding(), samples, None, "1.2"))
    lines = samples_table.take(request).data.decode().splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["09:00:00", "50.0", "75.0", "3.0", "800", "-", "ok"],
        ["09:00:10", "100.0", "75.0", "3.0", "800", "-", "ok"],
        ["09:00:18", "-", "-", "-", "-", "-", "refused"],
    ]
    assert lines[0].startswith("TIME UTC  CPU %  MEMORY %  FREE GiB /srv, a  NET IN B/s")
    assert lines[0].index("WATCH shop") == lines[3].index("refused")
    kept = [json.loads(line)["at"] for line in samples_of(request).data.splitlines()]
    assert len(kept) == 4 and kept == sorted(kept)


def test_a_full_filesystem_shows_what_fills_it(tmp_path: Path) -> None:
    """A log of 3 MiB deep in a folder is found with the folders above it; a link out is not followed."""
    deep = tmp_path / "var" / "log" / "shop" / "old" / "older"
    deep.mkdir(parents=True)
    (deep / "debug.log").write_bytes(os.urandom(3 * 2**20))
    (tmp_path / "elsewhere").symlink_to("/")
    found = walked(str(tmp_path), CLOCK.monotonic, 30.0)
    assert found.complete
    assert found.sizes[str(tmp_path / "var/log/shop")] >= 3 * 2**20
    assert max(found.files)[1] == str(deep / "debug.log")
    full = Finding("f", "filesystem.space", str(tmp_path), FindingState.RAISED, Severity.HIGH, NINE, NINE, {})
    bundle = read_bundle(taken_bundle(Request(full), CLOCK, SALT, 10.0))
    assert b"debug.log" in bundle.read("largest-folders.txt")


def test_a_walk_out_of_time_says_so(tmp_path: Path) -> None:
    assert not walked(str(tmp_path), CLOCK.monotonic, 0.0).complete


def test_a_password_on_a_command_line_stays_on_the_machine() -> None:
    """A process runs with a secret among its arguments; the bundle names the process and not the secret."""
    secret = "Tr0ub" + "4dor" + "Zx9"
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()", f"--password={secret}"],
                             stdin=subprocess.PIPE)  # fmt: skip
    try:
        data = taken_bundle(Request(finding()), CLOCK, SALT, 10.0)
        bundle = read_bundle(data)
        assert all(secret.encode() not in bundle.read(label) for label in bundle.labels)
    finally:
        child.kill()
        child.wait()


def stuck(_: Request) -> Taken:
    threading.Event().wait()
    raise AssertionError


def broken(_: Request) -> Taken:
    raise OSError("no such thing here")


def test_an_item_that_hangs_or_fails_costs_itself_and_is_seen() -> None:
    recipes = (
        Recipe("stuck.txt", 100, stuck),
        Recipe("broken.txt", 100, broken),
        Recipe("good.txt", 100, lambda _: Taken("here", b"fine\n", 0)),
        Recipe("unasked.txt", 100, broken, wanted=lambda _: False),
    )
    bundle = read_bundle(taken_bundle(Request(finding()), CLOCK, SALT, 0.3, recipes))
    items = {item.label: item for item in bundle.manifest.items}
    assert set(items) == {"stuck.txt", "broken.txt", "good.txt"}
    assert items["stuck.txt"].timed_out and items["stuck.txt"].withheld == "no end in time"
    assert "no such thing here" in items["broken.txt"].withheld
    assert bundle.read("good.txt") == b"fine\n"


def test_what_the_agent_wrote_itself_is_waited_for_on_a_slow_machine() -> None:
    """A machine that thrashes needs seconds to read our own recording: other items must not cost us that."""
    others_are_given_up = threading.Event()

    def own(_: Request) -> Taken:
        others_are_given_up.wait(5)
        return Taken("recorder", b"the minutes before\n")

    def slow(request: Request) -> Taken:
        threading.Timer(0.1, others_are_given_up.set).start()
        return stuck(request)

    recipes = (Recipe("slow.txt", 100, slow), Recipe("own.txt", 100, own, own=True))
    bundle = read_bundle(taken_bundle(Request(finding()), CLOCK, SALT, 0.05, recipes, own_budget_s=5.0))
    assert bundle.read("own.txt") == b"the minutes before\n"
    assert {item.label: item.withheld for item in bundle.manifest.items}["slow.txt"] == "no end in time"


def test_what_does_not_fit_loses_its_oldest_end_and_says_so() -> None:
    """Incompressible logs: the packed size is kept by halving what each item may have."""
    line = lambda: os.urandom(40).hex().encode() + b"\n"  # noqa: E731
    noise = b"".join(line() for _ in range(20_000))
    recipes = [Recipe(f"log{number}.txt", 2**20, lambda _: Taken("log", noise)) for number in range(3)]
    data = taken_bundle(Request(finding()), CLOCK, SALT, 10.0, recipes)
    assert len(data) <= PACKED_MAX_BYTES
    item = read_bundle(data).manifest.items[0]
    assert item.truncated and item.cut_bytes > 0 and item.bytes + item.cut_bytes == len(noise)


def test_a_table_is_aligned_and_keeps_its_last_column() -> None:
    assert table(("A", "B"), [("1", "x y"), ("100", "z")]) == b"A    B\n1    x y\n100  z\n"
