"""The cable is pulled for ten minutes: told within three, and what was found meanwhile arrives."""

import time
from datetime import timedelta

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import CABLE_FILES, Customer, instant
from tests.support.street import eventually, pass_by

pytestmark = pytest.mark.guest
PULLED_S = 600.0
WATCH = '[[watch]]\nname = "caja"\nkind = "unit"\ntarget = "caja.service"\n'


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    made = begin(join=False)
    made.guest.do("systemd-run --unit=caja /bin/sleep infinity")
    made.join(WATCH)
    made.watched(60)
    assert made.walk.incidents("--state", "all") == []
    return made


def test_ten_minutes_without_a_cable(server: Customer) -> None:
    """Silent within three minutes, in one incident; a till that dies meanwhile has its own time.

    The agent knew of the cable itself: its finding is in the machine's history, or an incident if it is still
    open when the cable is back.
    """
    guest = server.guest
    server.record("cable-in", *CABLE_FILES)
    at = time.monotonic()
    guest.cable(plugged=False)
    server.sees("the cable is pulled", "agent.silent", "", "critical", since=at, patience_s=200)
    guest.do("systemctl stop caja")
    died_at = instant(guest.do("date -u +%FT%T+00:00").strip())
    server.record("cable-out", *CABLE_FILES)
    pass_by(PULLED_S - (time.monotonic() - at))
    log = guest.do("journalctl -u vigia-agent --no-pager -o cat")
    assert "raised network.link" in log, log
    back = time.monotonic()
    guest.cable(plugged=True)
    server.connected()
    found = server.sees("a till that died meanwhile", "watch.down", "caja", "critical", since=back)
    assert abs(instant(found["began_at"]) - died_at) < timedelta(seconds=15), found["began_at"]
    (silent,) = server.incidents("agent.silent")
    eventually("its return is noted", lambda: server.cleared(silent["reference"]), 60)
    eventually("the cable is in the machine's history", lambda: "network.link" in server.history(), 60)
    server.recorded()
