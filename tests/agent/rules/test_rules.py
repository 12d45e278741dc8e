"""Each rule: what must raise it, what must not, on which kind of machine, and with which severity."""

from collections.abc import Callable
from datetime import datetime

import pytest

from agent.config import Role
from agent.rules import ALL
from agent.signals import Reading, WatchResult
from tests.agent.rules import inventories
from tests.agent.rules.hardware import stories as hardware
from tests.agent.rules.story import (
    GIB,
    Story,
    cpu,
    disk,
    errors,
    filesystem,
    filling,
    gap,
    memory,
    network,
    told,
    uptime,
    watch,
)
from tests.agent.rules.system import stories as system
from tests.agent.rules.system.samples import kernel

Kind = Callable[[datetime], Reading]
MINUTE, HOUR = 60.0, 3600.0

RAISES: list[tuple[str, Role, list[tuple[Kind, float]], str]] = [
    *inventories.RAISES,
    ("watch.down", Role.SERVER, [(watch(WatchResult.REFUSED), 2)], "critical"),
    ("watch.down", Role.LAPTOP, [(watch(WatchResult.WRONG_ANSWER), 2)], "critical"),
    ("watch.down", Role.SERVER, [(watch(WatchResult.TIMEOUT), 20)], "critical"),
    ("filesystem.space", Role.SERVER, [(filesystem(2.5 * GIB), 6 * MINUTE)], "critical"),
    ("filesystem.space", Role.SERVER, [(filesystem(0.9 * GIB, 20 * GIB), 6 * MINUTE)], "critical"),
    ("filesystem.space", Role.SERVER, [(filesystem(4.9 * GIB), 6 * MINUTE)], "high"),
    ("filesystem.space", Role.SERVER, [(filesystem(15 * GIB), 16 * MINUTE)], "normal"),
    ("filesystem.space", Role.DESKTOP, [(filesystem(2.5 * GIB), 6 * MINUTE)], "high"),
    ("filesystem.fill_rate", Role.SERVER, [(filling(60 * GIB, 24 * GIB), HOUR)], "high"),
    ("filesystem.fill_rate", Role.SERVER, [(filling(60 * GIB, 4 * GIB), HOUR)], "normal"),
    ("filesystem.inodes", Role.SERVER, [(filesystem(50 * GIB, inodes_free=40_000), 6 * MINUTE)], "high"),
    ("filesystem.inodes", Role.SERVER, [(filesystem(50 * GIB, inodes_free=15_000), 6 * MINUTE)], "critical"),
    (
        "filesystem.readonly",
        Role.SERVER,
        [(filesystem(50 * GIB), MINUTE), (filesystem(50 * GIB, readonly=True), 10)],
        "critical",
    ),
    ("memory.available", Role.SERVER, [(memory(0.08), 16 * MINUTE)], "normal"),
    ("memory.available", Role.SERVER, [(memory(0.04), 16 * MINUTE)], "high"),
    ("memory.available", Role.SERVER, [(memory(0.01, swap_used=1.0), 6 * MINUTE)], "critical"),
    (
        "memory.oom_kill",
        Role.SERVER,
        [(kernel(kills=3), MINUTE), (kernel(kills=4), 10)],
        "high",
    ),
    ("swap.used", Role.SERVER, [(memory(0.5, swap_used=0.85), 16 * MINUTE)], "normal"),
    ("swap.used", Role.SERVER, [(memory(0.5, swap_used=0.97, faults=500), 6 * MINUTE)], "high"),
    ("cpu.busy", Role.SERVER, [(cpu(0.99), 16 * MINUTE)], "normal"),
    ("load.high", Role.SERVER, [(uptime(4.0), 16 * MINUTE)], "normal"),
    ("disk.latency", Role.SERVER, [(disk(0.15), 16 * MINUTE)], "normal"),
    ("disk.latency", Role.SERVER, [(disk(0.3), 31 * MINUTE)], "high"),
    (
        "network.link",
        Role.SERVER,
        [(network(eth0=(True, True)), MINUTE), (network(eth0=(False, False)), 30)],
        "high",
    ),
    (
        "network.link",
        Role.DESKTOP,
        [(network(eth0=(True, True)), MINUTE), (network(eth1=(True, False)), 30)],
        "high",
    ),
    ("network.errors", Role.SERVER, [(errors(100), 13 * MINUTE)], "normal"),
    ("boot.unexpected", Role.SERVER, [(uptime(up_s=60, unclean=1.0, unclean_24h=1), 10)], "high"),
    ("boot.unexpected", Role.SERVER, [(uptime(up_s=60, unclean=1.0, unclean_24h=3), 10)], "critical"),
    ("boot.unexpected", Role.LAPTOP, [(uptime(up_s=60, unclean=1.0, unclean_24h=1), 10)], "normal"),
]

KEEPS_QUIET: list[tuple[str, Role, list[tuple[Kind, float]]]] = [
    *inventories.KEEPS_QUIET,
    ("watch.down", Role.SERVER, [(watch(WatchResult.OK), MINUTE)]),
    ("watch.down", Role.SERVER, [(watch(WatchResult.OK), MINUTE), (watch(WatchResult.TIMEOUT), 2)]),
    ("watch.down", Role.SERVER, [(gap("watch:shop"), HOUR)]),
    ("filesystem.space", Role.SERVER, [(filesystem(25 * GIB), HOUR)]),
    ("filesystem.space", Role.SERVER, [(filesystem(2.5 * GIB), 4 * MINUTE)]),
    ("filesystem.space", Role.SERVER, [(filesystem(0.0, readonly=True, kind="vfat"), HOUR)]),
    ("filesystem.space", Role.SERVER, [(filesystem(0.5 * GIB, 0.9 * GIB, mountpoint="/boot"), HOUR)]),
    ("filesystem.space", Role.LAPTOP, [(filesystem(15 * GIB), HOUR)]),
    ("filesystem.fill_rate", Role.SERVER, [(filling(90 * GIB, 2 * GIB), HOUR)]),
    ("filesystem.fill_rate", Role.SERVER, [(filling(60 * GIB, 24 * GIB), 10 * MINUTE)]),
    ("filesystem.fill_rate", Role.DESKTOP, [(filling(60 * GIB, 4 * GIB), HOUR)]),
    ("filesystem.inodes", Role.SERVER, [(filesystem(50 * GIB, inodes_free=80_000), HOUR)]),
    ("filesystem.readonly", Role.SERVER, [(filesystem(50 * GIB, readonly=True), HOUR)]),
    ("memory.available", Role.SERVER, [(memory(0.15), HOUR)]),
    ("memory.available", Role.DESKTOP, [(memory(0.08), HOUR)]),
    ("memory.oom_kill", Role.SERVER, [(kernel(kills=3), HOUR)]),
    ("memory.oom_kill", Role.SERVER, [(kernel(kills=3), HOUR), (kernel(kills=0), HOUR)]),
    ("swap.used", Role.SERVER, [(memory(0.5, swap_used=0.75), HOUR)]),
    ("cpu.busy", Role.SERVER, [(cpu(0.99), 14 * MINUTE), (cpu(0.5), 10), (cpu(0.99), 14 * MINUTE)]),
    ("cpu.busy", Role.DESKTOP, [(cpu(0.99), 16 * MINUTE)]),
    ("load.high", Role.SERVER, [(uptime(2.0), HOUR)]),
    ("disk.latency", Role.SERVER, [(disk(0.05), HOUR)]),
    ("network.link", Role.SERVER, [(network(eth0=(True, True), eth1=(False, False)), HOUR)]),
    (
        "network.link",
        Role.LAPTOP,
        [(network(eth0=(True, True)), MINUTE), (network(eth0=(False, False)), HOUR)],
    ),
    ("network.link", Role.SERVER, [(network(eth0=(True, True)), MINUTE), (network(eth0=(False, True)), 10)]),
    ("network.errors", Role.SERVER, [(errors(5), HOUR)]),
    ("boot.unexpected", Role.SERVER, [(uptime(up_s=60, unclean=0.0), MINUTE)]),
    ("boot.unexpected", Role.SERVER, [(uptime(up_s=60, unclean=None), MINUTE)]),
    ("boot.unexpected", Role.SERVER, [(uptime(up_s=7200, unclean=1.0, unclean_24h=1), MINUTE)]),
]

RAISES += hardware.RAISES + system.RAISES
KEEPS_QUIET += hardware.KEEPS_QUIET + system.KEEPS_QUIET


@pytest.mark.parametrize(("rule", "role", "steps", "severity"), RAISES)
def test_what_must_raise_it_does(
    rule: str, role: Role, steps: list[tuple[Kind, float]], severity: str
) -> None:
    """The last word of the story is the severity named, and the facts that words are made of are there."""
    story = Story(role)
    for kind, seconds in steps:
        story.tell(kind, seconds)
    seen = [change for change in story.changes if change.rule == rule]
    assert told(seen)[-1:] == [("raised", severity)]
    facts = next(one.FACTS for one in ALL if one.id == rule)
    assert set(facts) == set(seen[-1].facts)


@pytest.mark.parametrize(("rule", "role", "steps"), KEEPS_QUIET)
def test_what_must_not_raise_it_does_not(rule: str, role: Role, steps: list[tuple[Kind, float]]) -> None:
    story = Story(role)
    for kind, seconds in steps:
        story.tell(kind, seconds)
    assert [change for change in story.changes if change.rule == rule] == []


def test_every_rule_has_a_story_that_raises_it_and_one_that_does_not() -> None:
    ids = {rule.id for rule in ALL}
    assert ids == {row[0] for row in RAISES} == {row[0] for row in KEEPS_QUIET}


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_every_fact_is_told_in_the_rules_docstring(rule: object) -> None:
    """Whoever writes the words finds there what each fact means."""
    import sys

    page = sys.modules[type(rule).__module__].__doc__ or ""
    missing = [fact for fact in rule.FACTS if f"`{fact}`" not in page]  # type: ignore[attr-defined]
    assert missing == []
