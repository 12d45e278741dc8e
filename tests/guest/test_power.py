"""The power is cut twenty times: what was acknowledged or written is there, and what came before is told."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer, instant
from tests.guest.machine import Extra
from tests.support.street import eventually, pass_by

pytestmark = pytest.mark.guest
CUTS = 20
CONTROL = "10.0.3.15"  # the adapter whose cable stays
NAMES = [f"turno-{number:02}" for number in range(CUTS)]
WATCHES = "".join(
    f'[[watch]]\nname = "{name}"\nkind = "tcp"\ntarget = "{CONTROL}:{9000 + number}"\n'
    for number, name in enumerate(NAMES)
)
# One cheap program holds all ports open but those that a file names: on a disk of their own, so that making
# such a file durable does the agent's disk no favour.
SERVER = """
import os, select, socket
doors = {}
while True:
    shut = set(os.listdir("/srv/turnos"))
    for number in range(%d):
        name = f"turno-{number:02}"
        if name in shut and name in doors:
            doors.pop(name).close()
        elif name not in shut and name not in doors:
            doors[name] = socket.create_server(("", 9000 + number))
    for door in select.select(list(doors.values()), [], [], 0.3)[0]:
        door.accept()[0].close()
"""
UNIT = """[Unit]
RequiresMountsFor=/srv/turnos
[Service]
ExecStart=/usr/bin/python3 /root/turnos.py
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    """Twenty ports, each watched."""
    made = begin(Extra("turnos", 16), join=False)
    made.guest.do("mkfs.ext4 -q -L turnos /dev/disk/by-id/virtio-turnos && mkdir -p /srv/turnos")
    made.guest.do("echo 'LABEL=turnos /srv/turnos ext4 sync 0 0' >> /etc/fstab && mount /srv/turnos")
    made.guest.write("/root/turnos.py", SERVER % CUTS)
    made.guest.write("/etc/systemd/system/turnos.service", UNIT)
    made.guest.do("systemctl daemon-reload && systemctl enable --now turnos")
    made.join(WATCHES)
    made.watched(30)
    assert made.walk.incidents("--state", "all") == []
    made.guest.do("sync")
    return made


def test_twenty_cuts_lose_nothing(server: Customer) -> None:
    """Every other time the cable is out, so that the agent's own disk is the only place where the fault is.

    The cut follows the line in its log by up to a second: it says so once the finding is written.
    """
    guest = server.guest
    seed = random.randrange(10**6)
    print(f"\n  seed {seed}", flush=True)
    chance = random.Random(seed)
    boots_s: list[float] = []
    gaps: list[timedelta] = []
    for number, name in enumerate(NAMES):
        alone = number % 2 == 1
        if alone:
            guest.cable(plugged=False)
        guest.do(f"touch /srv/turnos/{name}")
        eventually(f"{name} is written down", lambda name=name: _raised(server, name), 240, 0.5)  # type: ignore[misc]
        if not alone:
            eventually(f"{name} is an incident", lambda name=name: _told(server, name), 120, 0.2)  # type: ignore[misc]
        pass_by(chance.uniform(0.0, 1.0))
        cut_at = datetime.now(UTC)
        guest.cut()
        boots_s.append(guest.start())
        guest.cable(plugged=True)
        server.connected()
        eventually(f"{name} is an incident", lambda name=name: _told(server, name), 240, 1.0)  # type: ignore[misc]
        eventually("the restart is told", lambda n=number: _restarts(server) > n, 240, 1.0)  # type: ignore[misc]
        before = eventually(
            "the seconds before the cut",
            lambda at=cut_at: _last_before(server, at),  # type: ignore[misc]
            400, 2.0,
        )  # fmt: skip
        gaps.append(before)
        print(f"  cut {number + 1}: {name} is there; recorded until {before} before", flush=True)
    found = [one["object"] for one in server.incidents("watch.down")]
    assert sorted(found) == NAMES
    log = server.guest.do("journalctl -u vigia-agent -o cat --no-pager")
    damaged = [line for line in log.splitlines() if "unreadable" in line or "damaged" in line]
    print(
        f"  {CUTS} cuts: lost 0, doubled 0, told of damage {len(damaged)}; the recording ended at most "
        f"{max(gaps).total_seconds():.0f} s before the cut; up again after {max(boots_s):.0f} s at most"
    )


def _raised(server: Customer, name: str) -> bool:
    log = server.guest.run("journalctl -u vigia-agent -b -o cat --no-pager").out
    return f"raised watch.down '{name}'" in log


def _told(server: Customer, name: str) -> bool:
    return len(server.incidents("watch.down", name)) == 1


def _restarts(server: Customer) -> int:
    found = server.incidents("boot.unexpected", "")
    return server.count(found[0]) if found else 0


def _last_before(server: Customer, cut_at: datetime) -> timedelta | None:
    """How long before the cut the newest recording ends; None while it is still that of an earlier cut."""
    (found,) = server.incidents("boot.unexpected", "")
    told = server.walk.vigia(
        "incidents", "evidence", found["reference"], "recorder/numbers.json", check=False
    )
    if told.returncode != 0:
        return None
    numbers = json.loads(told.stdout)
    times = [second for group in numbers["groups"] for second in group["times"]]
    before = cut_at - (instant(numbers["began"]) + timedelta(seconds=max(times, default=0)))
    return before if before < timedelta(seconds=30) else None
