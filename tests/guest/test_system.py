"""Services, certificates, memory and clock of a real machine."""

import re
import time

import pytest

from tests.guest.conftest import Begin
from tests.guest.customer import Customer
from tests.support.street import eventually

pytestmark = pytest.mark.guest
PORTS = {"tienda": 8080, "agenda": 8081}
WATCHES = "".join(
    f'[[watch]]\nname = "{name}"\nkind = "{kind}"\ntarget = "{target}"\n'
    for name, kind, target in (
        ("tienda", "tcp", "127.0.0.1:8080"),
        ("agenda", "http", "http://127.0.0.1:8081/"),
        ("caja", "unit", "caja.service"),
    )
)
PEM = "/etc/ssl/tienda.pem"
CERTIFICATES = f'certificates = ["{PEM}"]\n'


def unit(command: str, more: str = "") -> str:
    return f"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart={command}\n{more}"


def certificate(days: int) -> str:
    return (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days {days} "
        f"-subj /CN=tienda.example -keyout /etc/ssl/tienda.key -out {PEM}"
    )


@pytest.fixture(scope="module")
def server(begin: Begin) -> Customer:
    """Two web servers and a till, all watched, with a certificate: all well."""
    made = begin(join=False)
    for name, port in PORTS.items():
        command = f"/usr/bin/python3 -m http.server {port} --bind 127.0.0.1 --directory /srv"
        made.guest.write(f"/etc/systemd/system/{name}.service", unit(command))
    made.guest.write("/etc/systemd/system/caja.service", unit("/bin/sleep infinity"))
    made.guest.write("/etc/systemd/system/impresora.service", unit("/bin/sleep infinity"))
    made.guest.do(
        f"systemctl daemon-reload && systemctl start tienda agenda caja impresora && {certificate(90)}"
    )
    made.join(CERTIFICATES + WATCHES)
    made.watched(60)
    assert made.walk.incidents("--state", "all") == []
    return made


def test_a_port_that_refuses_and_one_that_no_longer_answers(server: Customer) -> None:
    """Killed: refused at once. Stopped in mid-air: it takes the connection and never answers."""
    at = time.monotonic()
    server.guest.do("systemctl kill -s SIGKILL tienda.service")
    server.sees("a port stops answering: refused", "watch.down", "tienda", "critical", since=at)
    at = time.monotonic()
    server.guest.do("systemctl kill -s SIGSTOP agenda.service")
    server.sees("a port stops answering: silence", "watch.down", "agenda", "critical", since=at)


def test_a_unit_that_crashes_over_and_over(server: Customer) -> None:
    """High; critical when a watch names it."""
    broken = unit("/bin/sh -c 'sleep 1; exit 1'", "Restart=always\nRestartSec=4\n")
    at = time.monotonic()
    for name in ("impresora", "caja"):
        server.guest.write(f"/etc/systemd/system/{name}.service", broken)
    server.guest.do("systemctl daemon-reload && systemctl restart impresora caja")
    server.sees("a unit crash-loops", "unit.crash_loop", "impresora.service", "high", since=at)
    server.sees("a watched unit crash-loops", "unit.crash_loop", "caja.service", "critical", since=at)
    server.guest.do("systemctl stop impresora")


def test_a_process_that_eats_the_memory_is_killed(server: Customer) -> None:
    """By the kernel, out of the machine's whole memory; the agent lives on and tells."""
    eater = "x = []\nwhile True: x.append(bytearray(8 * 2**20))"
    server.guest.write("/root/eater.py", eater)
    at = time.monotonic()
    server.guest.do("systemd-run --unit=contabilidad /usr/bin/python3 /root/eater.py")
    found = server.sees("a process eats the memory and is killed", "memory.oom_kill", "", "high", since=at)
    assert "contabilidad" in str(found), found


def test_a_certificate_with_two_days_left(server: Customer) -> None:
    """Put in place as its owner would, and read when the agent next looks: at its start."""
    server.guest.do(certificate(2))
    at = time.monotonic()
    server.restart()
    server.sees("a certificate has 2 days left", "certificate.expiry", PEM, "critical", since=at)


def test_a_clock_off_by_two_minutes_and_then_by_a_year(server: Customer) -> None:
    """Nobody keeps it: time servers do not answer. A year off, the controller is not even believed: the agent
    says so where it stands, and comes back when the clock is right."""
    guest, clock = server.guest, "date -u -s @$(( $(date +%s) + {} ))"
    at = time.monotonic()
    guest.do(clock.format(120))
    found = server.sees("the clock is off by 2 minutes", "time.sync", "", "high", since=at)
    guest.do(clock.format(-120))
    eventually("the clock is right again", lambda: server.cleared(found["reference"]), 300, 2.0)
    at = time.monotonic()
    guest.do(clock.format(365 * 86_400))
    server.sees("the clock is off by a year", "time.sync", "", "high", since=at, again=2)
    guest.do("systemctl restart vigia-agent.service")
    said = eventually("the doctor names the clock", lambda: _doctor(server), 120, 2.0)
    print(said, flush=True)
    guest.do(clock.format(-365 * 86_400))
    server.connected()


def test_each_came_with_the_minutes_before_it(server: Customer) -> None:
    server.recorded()


def _doctor(server: Customer) -> str:
    told = server.guest.run("vigia-agent doctor --lang en").out
    return told if re.search(r"^clock +problem", told, re.MULTILINE) else ""
