"""The power is cut twenty times: what was acknowledged or written is there, and what came before is told."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer, instant
from tests.support.street import eventually, pass_by

pytestmark = pytest.mark.guest
CUTS = 20
NAMES = [f"turno-{number:02}" for number in range(CUTS)]
WATCHES = "".join(
    f'[[watch]]\nname = "{name}"\nkind = "tcp"\ntarget = "127.0.0.1:{9000 + number}"\n'
    for number, name in enumerate(NAMES)
)
# Each a port that systemd itself holds open: cheap to have twenty of, and gone when it is stopped.
SOCKET = "[Socket]\nListenStream=127.0.0.1:{port}\n[Install]\nWantedBy=sockets.target\n"
SERVICE = "[Service]\nExecStart=/bin/sleep infinity\n"


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    """Twenty ports, each watched."""
    made = begin(join=False)
    for number, name in enumerate(NAMES):
        made.guest.write(f"/etc/systemd/system/{name}.socket", SOCKET.format(port=9000 + number))
        made.guest.write(f"/etc/systemd/system/{name}.service", SERVICE)
    made.guest.do(f"systemctl enable --now {' '.join(f'{name}.socket' for name in NAMES)}")
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
        guest.do(f"systemctl disable {name}.socket 2>/dev/null; sync")
        if alone:
            guest.cable(plugged=False)
        guest.do(f"systemctl stop {name}.socket {name}.service")
        eventually(f"{name} is written down", lambda name=name: _raised(server, name), 60, 0.5)  # type: ignore[misc]
        if not alone:
            eventually(f"{name} is an incident", lambda name=name: _told(server, name), 30, 0.2)  # type: ignore[misc]
        pass_by(chance.uniform(0.0, 1.0))
        cut_at = datetime.now(UTC)
        guest.cut()
        boots_s.append(guest.start())
        guest.cable(plugged=True)
        server.connected()
        eventually(f"{name} is an incident", lambda name=name: _told(server, name), 90, 1.0)  # type: ignore[misc]
        eventually("the restart is told", lambda n=number: _restarts(server) > n, 120, 1.0)  # type: ignore[misc]
        before = eventually(
            "the seconds before the cut",
            lambda at=cut_at: _last_before(server, at),  # type: ignore[misc]
            180, 2.0,
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
