"""A machine is put to sleep: it says so first, nobody misses it, and it is back when it wakes."""

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer
from tests.support.street import eventually, pass_by

pytestmark = pytest.mark.guest
ASLEEP_S = 240.0


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    made = begin()
    made.watched(30)
    return made


def test_a_machine_that_sleeps_is_missed_by_nobody(server: Customer) -> None:
    """Longer than any silence would be borne: asleep on its page, and no incident; awake, it goes on."""
    guest = server.guest
    guest.do("systemd-run --on-active=1 systemctl suspend")
    eventually("it said goodbye", lambda: server.machines()[0]["state"] == "away", 60, 1.0)
    eventually("it sleeps", lambda: guest.status() == "suspended", 60, 1.0)
    pass_by(ASLEEP_S)
    assert server.walk.incidents("--state", "all") == []
    guest.wake()
    server.connected(90)
    log = guest.do("journalctl -u vigia-agent -b --no-pager -o cat")
    assert "goodbye: the machine goes to sleep" in log, log
    pass_by(30)
    assert server.walk.incidents("--state", "all") == []
