"""The disk of a machine is copied and both are started: found, and nothing is done for either until a person
decides."""

import shutil
import time

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer
from tests.guest.machine import Guest
from tests.support.street import eventually

pytestmark = pytest.mark.guest


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    return begin()


def test_a_copied_disk_is_found_when_both_run(server: Customer) -> None:
    """The copy says hello from another boot, and the first one's next hello is from a boot already left."""
    first, walk = server.guest, server.walk
    server.watched(20)
    first.shut_down()
    copy = Guest(first.folder.parent / "copy", first.disk)
    shutil.copy(first.overlay, copy.overlay)
    try:
        first.start()
        server.connected()
        at = time.monotonic()
        copy.start()
        server.sees("the disk was copied, and both run", "agent.cloned", "", "high", since=at, patience_s=600)
        (machine,) = server.machines()
        assert machine["quarantined_at"], machine
        told = walk.vigia("pull", machine["id"], "--case", "INC-1", check=False)
        assert told.returncode == 1 and "quarantine" in told.stderr, told.stderr
        for one in (first, copy):
            assert "collect" not in one.run("vigia-agent log --lang en").out
    finally:
        copy.cut()
    walk.vigia("machines", "release", machine["id"])
    eventually("it is itself again", lambda: server.machines()[0]["state"] == "connected", 120, 1.0)
