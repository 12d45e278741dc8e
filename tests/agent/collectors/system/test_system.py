"""The figures of the system's collectors: from answers and files to metrics, by hand."""

import os
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.collectors.system.backups.log import last_run
from agent.collectors.system.backups.traces import trace
from agent.collectors.system.certificates import der, places
from agent.collectors.system.certificates.expiry import Expiry, tls_ports
from agent.collectors.system.failed_logins import FailedLogins
from agent.collectors.system.own import Own, memory_limit
from agent.collectors.system.reach.probes import query
from agent.collectors.system.reach.reach import Reach, gateway, nameservers, neighbour
from agent.collectors.system.time.sync import TimeSync, tracking
from agent.collectors.system.units import failed_units, restarts
from agent.collectors.system.updates import Updates, from_apt, from_dnf
from agent.config import Config, Watch
from agent.disk import OsDisk
from agent.lastlink import LastLinkFile
from agent.names import CERTIFICATE, CERTIFICATE_NAME, REACH, REACH_TARGET, TIME_SOURCE
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.machine import machine
from tests.agent.collectors.system import shelf

# ruff: noqa: E501 - programs print lines as long as they are

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PEM = b"""\
-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUTa2ib9gq0kuY2mmVLxCGk1dRKzMwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the next two days."""
    path, key = tmp_path_factory.mktemp("made") / "shop.pem", ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Shop"),
            x509.NameAttribute(NameOID.COMMON_NAME, "shop.example"),
        ]
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=2))
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.with_suffix(".key").write_bytes(key.private_bytes(*plain))
    return path


def test_a_certificate_is_read_without_a_library(made: Path) -> None:
    read = der.read(der.first_of_pem(made.read_bytes()))
    assert read.name == "shop.example"
    assert timedelta(days=1, hours=23) < read.until - datetime.now(UTC) <= timedelta(days=2)


@pytest.mark.parametrize(
    "bad", [b"", b"no certificate", PEM, PEM.replace(b"MII", b"!!!"), b"\x30\x03\x02\x01\x00"]
)
def test_what_is_no_certificate_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError):
        der.read(der.first_of_pem(bad) if b"BEGIN" in bad else bad)


def test_a_cut_certificate_never_does_more_than_refuse(made: Path) -> None:
    whole = der.first_of_pem(made.read_bytes())
    for size in range(0, len(whole), 7):
        with pytest.raises(ValueError):
            der.read(whole[:size])


def test_certificates_are_those_that_servers_name(made: Path, tmp_path: Path) -> None:
    """nginx, postfix and haproxy name theirs; the key, a variable and a forgotten file are none."""
    for name, text in {
        "nginx/sites-enabled/shop": f"server {{\n  ssl_certificate {made};\n  ssl_certificate_key {made}.key;\n ssl_certificate /x/$host.pem; }}\n",
        "postfix/main.cf": "smtpd_tls_cert_file=/etc/ssl/mail.pem\nsmtpd_tls_key_file=/etc/ssl/mail.key\n",
        "haproxy/haproxy.cfg": "frontend f\n  bind :443 ssl crt /etc/haproxy/site.pem alpn h2\n",
        "letsencrypt/live/shop.example/README": "x",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert places.named(str(tmp_path)) == sorted(
        [
            "/etc/haproxy/site.pem",
            "/etc/ssl/mail.pem",
            str(made),
            f"{tmp_path}/letsencrypt/live/shop.example/fullchain.pem",
        ]
    )
    reading = Expiry(str(tmp_path)).read(datetime.now(UTC))
    days = reading.value("vigia.cert.days_left", **{CERTIFICATE: str(made)})
    assert days is not None and 1.9 < days <= 2
    assert reading.gaps == () and reading.value("vigia.certs") == 1
    late = Expiry(str(tmp_path)).read(datetime.now(UTC) + timedelta(days=40))
    assert late.value("vigia.certs") == 0, "long expired and only named in a file: nobody uses it"


def test_what_the_configuration_names_is_a_gap_when_it_cannot_be_read(tmp_path: Path) -> None:
    config = Config(
        certificates=("/none.pem", "127.0.0.1:1"), watches=(Watch("web", "http", "https://shop.example/"),)
    )
    asked: list[str] = []

    def served(targets: object) -> bytes:
        asked.extend(targets)  # type: ignore[call-overload]
        return b'{"target": "127.0.0.1:1", "fault": "ConnectionRefusedError: refused"}\n'

    reading = Expiry(str(tmp_path), served=served).fit(config).read(NOON)
    assert asked == ["127.0.0.1:1", "shop.example:443"]
    assert [gap.reason for gap in reading.gaps] == [
        "/none.pem: No such file or directory",
        "127.0.0.1:1: ConnectionRefusedError: refused",
    ]


def test_a_port_shows_its_certificate_to_a_child(made: Path, tmp_path: Path) -> None:
    """A real server on the loopback, a real child; another port refuses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, made.with_suffix(".key"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        shop = f"127.0.0.1:{server.getsockname()[1]}"

        def serve() -> None:
            with suppress(OSError), context.wrap_socket(server.accept()[0], server_side=True) as secure:
                secure.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        config = Config(certificates=(shop, "127.0.0.1:1"))
        reading = Expiry(str(tmp_path)).fit(config).read(datetime.now(UTC))
    of = {CERTIFICATE: shop, CERTIFICATE_NAME: "shop.example"}
    days = reading.value("vigia.cert.days_left", **of)
    assert days is not None and 1.9 < days <= 2
    assert [gap.reason.partition(": ")[0] for gap in reading.gaps] == ["127.0.0.1:1"]


def test_watches_that_speak_tls() -> None:
    watches = [
        Watch("a", "tcp", "h:993"),
        Watch("b", "tcp", "h:25"),
        Watch("c", "http", "https://h:8000/x"),
        Watch("d", "unit", "x"),
    ]
    assert tls_ports(watches) == ["h:993", "h:8000"]


def test_units_that_failed_and_those_started_again() -> None:
    listed = "● till.service loaded failed failed The till\nnas.mount loaded failed failed /nas\n\n"
    assert failed_units(listed) == ["nas.mount", "till.service"]
    assert restarts(
        "Id=a.service\nNRestarts=3\n\nId=b.service\nNRestarts=0\n\nId=c.service\nNRestarts=\n"
    ) == {"a.service": 3}
    with pytest.raises(ValueError):
        failed_units("System has not been booted with systemd as init system (PID 1). Can't operate.\n")


def test_chrony_says_how_far_the_clock_is_behind() -> None:
    metrics = {metric.name: metric for metric in tracking(shelf.TRACKING)}
    assert metrics["vigia.time.offset"].value == pytest.approx(-0.000012345)
    assert metrics["vigia.time.offset"].attributes == {TIME_SOURCE: "chrony"}
    alone = tracking(shelf.TRACKING.replace("Normal", "Not synchronised"))
    assert [(metric.name, metric.value) for metric in alone] == [("vigia.time.synchronized", 0)]


def test_a_clock_that_jumps_between_two_welcomes_is_seen(tmp_path: Path) -> None:
    """The controller measured half a second; then somebody sets the clock two minutes ahead."""
    here = machine(tmp_path)
    LastLinkFile(OsDisk(), tmp_path).connected(NOON, 0.5)
    clock = TimeSync(here.roots, Answers(shelf.ANSWERS), str(tmp_path / "run"), tmp_path)
    here.says("proc/uptime", "100.0 1.0\n")
    of = {TIME_SOURCE: "controller"}
    assert clock.read(NOON).value("vigia.time.offset", **of) == pytest.approx(0.5)
    here.says("proc/uptime", "160.0 1.0\n")
    assert clock.read(NOON + timedelta(seconds=180)).value("vigia.time.offset", **of) == pytest.approx(120.5)


def test_a_clock_that_jumps_before_anybody_looked_at_it_is_seen_too(tmp_path: Path) -> None:
    """Set seconds after the welcome, or while the agent was started again: the welcome says when the run of the
    machine began. A later run began elsewhere, and says nothing about a jump."""
    here = machine(tmp_path)
    of = {TIME_SOURCE: "controller"}
    LastLinkFile(OsDisk(), tmp_path).connected(NOON, 0.5, "boot-1", 100.0)
    for boot, uptime, ahead in (("boot-1", "110.0 1.0", 120.5), ("boot-2", "3.0 1.0", 0.5)):
        here.says("proc/sys/kernel/random/boot_id", f"{boot}\n")
        here.says("proc/uptime", f"{uptime}\n")
        clock = TimeSync(here.roots, Answers(shelf.ANSWERS), str(tmp_path / "run"), tmp_path)
        found = clock.read(NOON + timedelta(seconds=130)).value("vigia.time.offset", **of)
        assert found == pytest.approx(ahead), boot


def test_bad_logins_are_counted_in_the_journal_where_there_is_no_btmp(tmp_path: Path) -> None:
    here = machine(tmp_path)
    (tmp_path / "log/btmp").unlink()
    said = (
        "Failed password for invalid user admin from 192.0.2.9 port 40000 ssh2\n" * 3
        + "Accepted publickey for ana\n"
    )
    reading = FailedLogins(here.roots, Answers({"journalctl": said})).read(NOON)
    assert reading.value("vigia.logins.failed_10m") == 3


def test_updates_are_counted_with_those_that_close_holes() -> None:
    line = "Inst bash [5.2-1] (5.2-2 Debian-Security:12/oldstable-security [amd64])\n"
    assert [metric.value for metric in from_apt(shelf.APT + line)] == [3, 1, 0]
    dnf = "RHSA-2026:1 Critical/Sec.  bash-5.2.x86_64\nRHSA-2026:2 Moderate/Sec. vim-9.x86_64\nRHBA-2026:3 bugfix tzdata.noarch\n"
    assert [metric.value for metric in from_dnf(dnf)] == [3, 2, 1]
    with pytest.raises(ValueError):
        from_apt("E: Could not open lock file\n")


def test_updates_are_not_counted_where_asking_would_cost_too_much_memory(tmp_path: Path) -> None:
    """64 MiB to live in, or a machine that is short of memory: the gap says so, and nobody is killed for it."""
    here, limit = machine(tmp_path), "sys/fs/cgroup/system.slice/vigia-agent.service/memory.max"
    asked = Answers(shelf.ANSWERS)
    here.says(limit, f"{64 * 2**20}\n")
    (gap,) = Updates(asked, str(tmp_path), roots=here.roots).read(NOON).gaps
    assert gap.reason.endswith("the agent's limit of 64 MiB")
    here.says(limit, "max\n")
    here.says("proc/meminfo", "MemTotal: 512000 kB\nMemFree: 9000 kB\nMemAvailable: 102400 kB\n")
    (gap,) = Updates(asked, str(tmp_path), roots=here.roots).read(NOON).gaps
    assert gap.reason.endswith("only 100 MiB of memory are available")
    assert asked.asked == []


def test_routes_neighbours_and_resolvers() -> None:
    route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth1\t00000000\t090200C0\t0003\t0\t0\t600\t00000000\n"
    route += "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\n"
    assert gateway(route) == "192.0.2.1"
    assert neighbour(shelf.FILES["proc/net/arp"], "192.0.2.1") is True
    assert neighbour(shelf.FILES["proc/net/arp"].replace("0x2 ", "0x0 "), "192.0.2.1") is False
    assert neighbour(shelf.FILES["proc/net/arp"], "192.0.2.2") is None
    assert nameservers(shelf.FILES["etc/resolv.conf"] + "nameserver nonsense\n") == [
        "192.0.2.53",
        "2001:db8::53",
    ]
    assert query("shop.example", 7) == b"\0\7\1\0\0\1\0\0\0\0\0\0\4shop\7example\0\0\1\0\1"
    assert query("", 7).endswith(b"\0\0\2\0\1")


def test_a_link_that_stands_is_proof_of_the_internet(tmp_path: Path) -> None:
    """Nothing is asked of strangers while the controller is there."""

    class Deaf(shelf.QuietNetwork):
        def connects(self, host: str, port: int, timeout_s: float) -> bool:
            return False

        def resolves(self, server: str, port: int, name: str, timeout_s: float, number: int) -> bool:
            return server != "198.41.0.4"

    here = machine(tmp_path)
    hop = {REACH: "internet"}
    standing = [True]
    reach = Reach(
        here.roots,
        f"{tmp_path}/etc",
        ("198.41.0.4:53", "192.0.2.7:443"),
        probing=Deaf(),
        linked=lambda: standing[0],
    )
    assert reach.read(NOON).value("vigia.reach.up", **hop, **{REACH_TARGET: "controller"}) == 1
    standing[0] = False
    assert reach.read(NOON).value("vigia.reach.up", **hop) == 0


def test_rsnapshot_says_how_its_runs_ended(tmp_path: Path) -> None:
    log = tmp_path / "rsnapshot.log"
    log.write_text(
        "[2026-03-01T03:00:01] /usr/bin/rsnapshot daily: started\n[2026-03-01T03:20:01] /usr/bin/rsnapshot daily: completed successfully\n"
        "[2026-03-02T03:00:01] /usr/bin/rsnapshot daily: ERROR: /usr/bin/rsync returned 12 while processing /home/\n"
    )
    told = last_run(str(log))
    assert told.failed and told.good_at is not None and told.good_at.day == 1


def test_repositories_tell_their_age_without_their_password(tmp_path: Path) -> None:
    for name in ("restic/config", "restic/snapshots/abc", "borg/config", "borg/index.7", "borg/README"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    then = (NOON - timedelta(hours=5)).timestamp()
    for name in ("restic/snapshots/abc", "borg/index.7"):
        os.utime(tmp_path / name, (then, then))
    assert trace("restic", f"{tmp_path}/restic", "*").at == NOON - timedelta(hours=5)
    assert trace("borg", f"{tmp_path}/borg", "*").at == NOON - timedelta(hours=5)
    with pytest.raises(OSError):
        trace("restic", f"{tmp_path}/borg/none", "*")
    (tmp_path / "restic/snapshots/abc").unlink()
    assert trace("restic", f"{tmp_path}/restic", "*").at is None


def test_the_agents_own_cap_and_spool(tmp_path: Path) -> None:
    here = machine(tmp_path)
    (tmp_path / "spool/faults").mkdir(parents=True)
    (tmp_path / "spool/faults/1").write_bytes(b"x" * 1000)
    own = Own(here.roots).fit(Config(data=tmp_path, spool_quota_bytes=5000))
    reading = own.read(NOON)
    assert reading.value("process.memory.usage") == 11_000 * os.sysconf("SC_PAGE_SIZE")
    assert reading.value("vigia.agent.memory_limit") == 268_435_456
    assert (reading.value("vigia.spool.usage"), reading.value("vigia.spool.limit")) == (1000, 5000)
    assert memory_limit("0::/user.slice\n", here.roots) is None
