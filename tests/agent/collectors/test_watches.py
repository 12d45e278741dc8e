"""Watches of real services: servers, processes and a stand-in for systemctl, well and unwell in every way."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.collectors import look
from agent.collectors.procfs import MACHINE, Roots
from agent.collectors.watches import watch_collectors
from agent.collectors.watches.look import Look, WatchCollector
from agent.collectors.watches.unit import judged
from agent.config import Watch
from agent.rootdoor.listeners import service_of
from agent.signals import Reading, WatchResult

CLOCK = SystemClock()


def collector(
    kind: str, target: str, timeout_s: float = 5.0, status: int | None = None, roots: Roots = MACHINE
) -> WatchCollector:
    (one,) = watch_collectors([Watch("shop", kind, target, timeout_s, status)], CLOCK, roots)
    return one


def result(one: WatchCollector) -> WatchResult:
    reading = look(one, CLOCK)
    assert reading.gaps == ()
    value = reading.value("vigia.watch.result")
    assert value is not None
    assert reading.value("vigia.watch.up") == float(value == WatchResult.OK)
    return WatchResult(int(value))


def closed_port() -> int:
    with socket.socket() as outlet:
        outlet.bind(("127.0.0.1", 0))
        return int(outlet.getsockname()[1])


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on loopback that gives each client what `answer` does, in threads; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, answer), daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_answered, args=(client, answer), daemon=True).start()


def _answered(client: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with closing(client):
        try:
            answer(client)
        except OSError:
            return


def says(data: bytes) -> Callable[[socket.socket], None]:
    def answer(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(data)

    return answer


def silent(client: socket.socket) -> None:
    while client.recv(4096):
        pass


def drops(client: socket.socket) -> None:
    """One byte of an endless line at a time: each read succeeds, the whole never ends."""
    client.recv(4096)
    while True:
        client.sendall(b"H")
        threading.Event().wait(0.05)


def floods(client: socket.socket) -> None:
    client.recv(4096)
    while True:
        client.sendall(b"x" * 65_536)


def test_a_port_that_answers_and_one_that_refuses() -> None:
    with server(silent) as port:
        assert result(collector("tcp", f"127.0.0.1:{port}")) is WatchResult.OK
        assert result(collector("tcp", f"localhost:{port}")) is WatchResult.OK
    assert result(collector("tcp", f"127.0.0.1:{closed_port()}")) is WatchResult.REFUSED


def test_the_process_that_listens_is_known_once_it_was_seen_well() -> None:
    with server(silent) as port:
        one = collector("tcp", f"127.0.0.1:{port}")
        assert one.last_listener is None
        result(one)
    assert one.last_listener is not None and one.last_listener.pid == os.getpid()
    result(one)
    assert one.last_listener.pid == os.getpid()


@pytest.mark.parametrize(
    ("answer", "expect_status", "wanted"),
    [
        (says(b"HTTP/1.1 200 OK\r\n\r\n"), None, WatchResult.OK),
        (says(b"HTTP/1.0 302 Found\r\n\r\n"), None, WatchResult.OK),
        (says(b"HTTP/1.1 401 Unauthorized\r\n\r\n"), 401, WatchResult.OK),
        (says(b"HTTP/1.1 200 OK\r\n\r\n"), 204, WatchResult.WRONG_ANSWER),
        (says(b"HTTP/1.1 500 Internal Server Error\r\n\r\n"), None, WatchResult.WRONG_ANSWER),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), None, WatchResult.WRONG_ANSWER),
        (says(b"HTTP/1.1"), None, WatchResult.WRONG_ANSWER),
        (says(b""), None, WatchResult.CLOSED),
        (floods, None, WatchResult.WRONG_ANSWER),
    ],
)
def test_a_web_server_is_judged_by_its_status_line(
    answer: Callable[[socket.socket], None], expect_status: int | None, wanted: WatchResult
) -> None:
    with server(answer) as port:
        assert result(collector("http", f"http://127.0.0.1:{port}/x?y=1", status=expect_status)) is wanted


@pytest.mark.parametrize("answer", [silent, drops])
def test_a_web_server_that_never_finishes_is_a_timeout(answer: Callable[[socket.socket], None]) -> None:
    """The limit is for the whole of the answer, not for each of its drops."""
    with server(answer) as port:
        one = collector("http", f"http://127.0.0.1:{port}/", timeout_s=0.4)
        reading = look(one, CLOCK)
    assert reading.value("vigia.watch.result") == WatchResult.TIMEOUT
    assert 0.3 < (reading.value("vigia.watch.duration") or 0) < 3


def test_a_web_server_behind_tls_that_speaks_none_is_told_apart() -> None:
    with server(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        assert result(collector("http", f"https://127.0.0.1:{port}/")) is WatchResult.TLS_FAILED


def test_a_name_nobody_knows_is_unresolved() -> None:
    assert result(collector("http", "http://no-such-host.invalid/")) is WatchResult.UNRESOLVED


def test_the_request_carries_credentials_and_the_reading_does_not() -> None:
    """What the URL holds of secrets goes to the service only."""
    asked: list[bytes] = []

    def answer(client: socket.socket) -> None:
        asked.append(client.recv(4096))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with server(answer) as port:
        reading = look(collector("http", f"http://ana:open%20it@127.0.0.1:{port}/a b?token=77"), CLOCK)
    assert b"Authorization: Basic YW5hOm9wZW4gaXQ=" in asked[0]
    assert asked[0].startswith(b"GET /a%20b?token=77 HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{port}".encode() in asked[0]
    told = {value for metric in reading.metrics for value in metric.attributes.values()}
    assert not any("open" in value or "ana" in value or "77" in value.rpartition("/")[2] for value in told)


def test_a_look_that_hangs_is_a_timeout_for_a_port_and_nothing_for_a_unit() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    hangs = collector("tcp", "127.0.0.1:1")
    assert hangs.overdue(now, 6.0) is None, "no thread came to it yet: that says nothing about the service"
    hangs._began_s = -1_000.0
    overdue = hangs.overdue(now, 6.0)
    assert isinstance(overdue, Reading) and overdue.value("vigia.watch.result") == WatchResult.TIMEOUT
    hangs._ended = Look(WatchResult.OK)  # and who listens there is still being looked up, on a slow machine
    answered = hangs.overdue(now, 6.0)
    assert isinstance(answered, Reading) and answered.value("vigia.watch.result") == WatchResult.OK
    assert collector("unit", "x.service").overdue(now, 6.0) is None


def sleeping(program: Path) -> "subprocess.Popen[bytes]":
    """A process of that name, once the kernel knows it by that name: a moment after it was started."""
    child = subprocess.Popen([program, "60"])
    for _ in range(1000):
        if Path(f"/proc/{child.pid}/comm").read_text().strip() == program.name[:15]:
            break
        threading.Event().wait(0.005)
    return child


def test_a_process_is_found_by_name_remembered_and_missed(tmp_path: Path) -> None:
    """It lives, dies, is a zombie for a while, and another of its name takes over."""
    program = tmp_path / "vigia-sleeper-with-a-long-name"
    program.symlink_to(shutil.which("sleep") or "/bin/sleep")
    one = collector("process", program.name)
    assert result(one) is WatchResult.ABSENT
    child = sleeping(program)
    try:
        assert result(one) is WatchResult.OK and one.last_listener and one.last_listener.pid == child.pid
        assert result(one) is WatchResult.OK
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert result(one) is WatchResult.ABSENT
        again = sleeping(program)
        assert result(one) is WatchResult.OK
        again.kill()
        again.wait()
    finally:
        child.kill()
        child.wait()


def test_another_process_with_the_same_beginning_is_not_it(tmp_path: Path) -> None:
    program = tmp_path / "vigia-sleeper-b"
    program.symlink_to(shutil.which("sleep") or "/bin/sleep")
    child = sleeping(program)
    try:
        assert result(collector("process", "vigia-sleeper-b-of-another-kind")) is WatchResult.ABSENT
    finally:
        child.kill()
        child.wait()


def test_a_machine_that_shows_no_processes_is_a_gap(tmp_path: Path) -> None:
    reading = look(collector("process", "nginx", roots=Roots(str(tmp_path))), CLOCK)
    assert reading.metrics == () and reading.gaps


UP = "LoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=2\nMainPID={pid}\n"
DOWN = "LoadState=loaded\nActiveState=inactive\nSubState=dead\nNRestarts=2\nMainPID=0\n"


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A program of that name that prints what the test says, and counts how often it was asked."""

    def install(script: str) -> Path:
        program = tmp_path / "systemctl"
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return tmp_path / "asked"

    return install


def printing(text: str) -> str:
    return f"cat <<'END'\n{text}END"


def test_a_unit_that_runs_is_asked_for_again_only_when_its_process_is_gone(
    systemctl: Callable[[str], Path],
) -> None:
    """Its main process is watched for nothing; systemd is asked at once when that ends."""
    main = subprocess.Popen(["sleep", "60"])
    asked = systemctl(printing(UP.format(pid=main.pid)))
    one = collector("unit", "shop.service")
    assert [result(one) for _ in range(5)] == [WatchResult.OK] * 5
    assert len(asked.read_text().splitlines()) == 1
    assert "-- shop.service" in asked.read_text()
    main.kill()
    main.wait()
    systemctl(printing(DOWN))
    assert result(one) is WatchResult.INACTIVE
    assert len(asked.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "script",
    [
        "echo 'Failed to connect to bus' >&2; exit 1",
        "sleep 60",
        "while :; do echo ActiveState=active; done",
        "true",
    ],
)
def test_a_systemd_that_does_not_answer_says_nothing_about_the_unit(
    script: str, systemctl: Callable[[str], Path]
) -> None:
    """Refuses, hangs, floods, is silent: a gap each time."""
    systemctl(script)
    reading = look(collector("unit", "shop.service", timeout_s=0.5), CLOCK)
    assert reading.metrics == () and len(reading.gaps) == 1


def test_a_machine_without_systemd_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "systemctl cannot be started" in look(collector("unit", "shop.service"), CLOCK).gaps[0].reason


@pytest.mark.parametrize(
    ("load", "active", "sub", "wanted"),
    [
        ("loaded", "active", "exited", WatchResult.OK),
        ("loaded", "reloading", "reload", WatchResult.OK),
        ("loaded", "failed", "failed", WatchResult.FAILED),
        ("loaded", "activating", "start-pre", WatchResult.STARTING),
        ("loaded", "activating", "auto-restart", WatchResult.FAILED),
        ("loaded", "deactivating", "stop-sigterm", WatchResult.INACTIVE),
        ("not-found", "inactive", "dead", WatchResult.ABSENT),
        ("masked", "inactive", "dead", WatchResult.INACTIVE),
    ],
)
def test_what_systemd_says_is_judged(load: str, active: str, sub: str, wanted: WatchResult) -> None:
    assert judged({"LoadState": load, "ActiveState": active, "SubState": sub}).result is wanted


def test_a_process_knows_its_unit_by_its_control_group() -> None:
    assert service_of("0::/system.slice/nginx.service\n") == "nginx.service"
    getty = "1:cpu:/\n0::/system.slice/system-getty.slice/getty@tty1.service/x\n"
    assert service_of(getty) == "getty@tty1.service"
    assert service_of("0::/user.slice/session-1.scope\n") == ""
