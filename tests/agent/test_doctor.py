"""Doctor on sick machines: each trouble is named, with a way out, in the user's language."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest

from agent.clock import SystemClock
from agent.config import Config
from agent.disk import OsDisk
from agent.doctor import Check, Doctor
from agent.identity import IdentityStore
from agent.lastlink import LastLinkFile
from agent.spool import Kind, Lane, Spool
from agent.words import LANGUAGES
from tests.support.agent_authority import TestAuthority
from tests.support.agent_fakes import SeededChance

NOW = datetime.now(UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    identity = TestAuthority().identity("127.0.0.1:1")
    IdentityStore(OsDisk(), tmp_path).save(identity)
    return tmp_path


def look(data: Path, environment: dict[str, str] | None = None, language: str = "en") -> dict[str, Check]:
    doctor = Doctor(Config(data=data), environment or {}, SystemClock(), language)
    return {check.name: check for check in doctor.checks()}


@pytest.mark.parametrize(
    ("since", "told"),
    [(NOW - timedelta(days=9), "expired on"), (NOW + timedelta(days=1), "is the clock right?")],
)
def test_a_certificate_out_of_its_time(tmp_path: Path, since: datetime, told: str) -> None:
    IdentityStore(OsDisk(), tmp_path).save(TestAuthority().identity("127.0.0.1:1", since=since))
    check = look(tmp_path)["certificate"]
    assert check.good is False
    assert told in check.said
    assert "enrol again" in check.said


def test_a_clock_that_is_wrong(data: Path) -> None:
    LastLinkFile(OsDisk(), data).connected(NOW, 3_600.0)
    check = look(data)["clock"]
    assert check.good is False
    assert "+3600.0 s" in check.said


def test_why_the_link_is_down(data: Path) -> None:
    last = LastLinkFile(OsDisk(), data)
    last.connected(NOW, 0.1)
    last.trouble(NOW, "UNAVAILABLE connection refused")
    looked = look(data)
    assert looked["link"].good is False
    assert "connection refused" in looked["link"].said
    assert looked["clock"].good is True


def test_a_stopped_agent_is_not_connected(data: Path) -> None:
    """It was connected when it was stopped: that is not the same as being connected."""
    LastLinkFile(OsDisk(), data).connected(NOW, 0.1)
    check = look(data)["link"]
    assert check.good is False
    assert f"no agent is running now; last connected at {NOW:%Y-%m-%d %H:%M:%S} UTC" in check.said


def test_the_way_goes_through_the_proxy(data: Path) -> None:
    """The proxy is what does not answer, and the controller behind it is not blamed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    looked = look(data, {"https_proxy": f"http://127.0.0.1:{port}"})
    assert f"the proxy 127.0.0.1:{port} does not answer" in looked["port"].said
    assert "tls" not in looked


def test_a_proxy_that_forbids_the_controller(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_forbid, args=(server,), daemon=True).start()
        looked = look(data, {"https_proxy": f"http://127.0.0.1:{server.getsockname()[1]}"})
    assert looked["port"].good is True
    assert looked["tunnel"].good is False
    assert "HTTP/1.1 403 Forbidden" in looked["tunnel"].said


def _forbid(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            peer, _ = server.accept()
            with peer:
                if peer.recv(4_096):
                    peer.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_grpc_server_is_not_taken_for_the_controller(tmp_path: Path, language: str) -> None:
    """It has the controller's certificate, as the enrolment port has, and no service for agents."""
    authority = TestAuthority()
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([authority.controller()]))
    server.start()
    IdentityStore(OsDisk(), tmp_path).save(authority.identity(f"127.0.0.1:{port}"))
    looked = look(tmp_path, language=language)
    server.stop(None)
    assert looked["tls"].good is True
    assert looked["service"].good is False
    assert "vigia enrol" in looked["service"].said


def test_spanish_is_spanish(data: Path) -> None:
    last = LastLinkFile(OsDisk(), data)
    last.connected(NOW, 0.1)
    last.trouble(NOW, "UNAVAILABLE: nothing listens there (connection refused)")
    looked = look(data, language="es")
    assert "0 servicios vigilados" in looked["config"].said
    assert "servidor" in looked["config"].said
    assert "nada escucha ahí (conexión rechazada)" in looked["link"].said
    assert looked["link"].line("es").startswith("enlace")


def test_a_proxy_is_named(data: Path) -> None:
    check = look(data, {"https_proxy": "http://proxy:3128"}, "es")["proxy"]
    assert "https_proxy" in check.said
    assert "CONNECT" in check.said


def test_what_waits_in_the_spool_is_counted_without_touching_it(data: Path) -> None:
    spool = Spool.open(OsDisk(), data / "spool", SystemClock(), SeededChance())
    for _ in range(3):
        spool.put(Lane.FAULTS, Kind.FINDING, b"x")
    spool.acknowledge(Lane.FAULTS, 1)
    before = {path.name: path.read_bytes() for path in (data / "spool").iterdir()}
    assert "2 faults and 0 snapshots wait" in look(data)["spool"].said
    assert {path.name: path.read_bytes() for path in (data / "spool").iterdir()} == before
    (data / "spool" / "state").write_text("torn")
    assert look(data)["spool"].good is False


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    looked = look(tmp_path / "none")
    assert looked["data"].good is False
    assert looked["identity"].good is False
    assert "vigia enrol" in looked["identity"].said
