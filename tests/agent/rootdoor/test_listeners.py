"""Who serves a port is known to a service that may see nobody else's processes; nothing else of them is."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.collectors.procfs import Roots
from agent.collectors.watches import listener
from agent.diagnostics import listening_ports
from agent.diagnostics.listening_ports import Port
from agent.rootdoor import asked
from agent.rootdoor.door import Door
from agent.rootdoor.listeners import listeners
from agent.signals import Listener


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_door_names_process_and_port(port: int) -> None:
    """Both addresses of one port are one row; what does not listen has none."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        rows = listeners()
    ours = [row for row in rows if row[1] == os.getpid()]
    assert [row[0] for row in ours].count(port) == 1
    assert client.family == socket.AF_INET and all(len(row) == 4 for row in rows)
    told = Door(frozenset()).answer({"verb": "ports.listeners"}).told
    assert set(told) == {"listeners"}
    name = Path(f"/proc/{os.getpid()}/comm").read_text().strip()
    assert [row[2] for row in ours] == [name] * len(ours)


def test_a_table_that_makes_no_sense_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    for content in ("", "x\n", "a\nb c d e f g h i j k\n", "h\n 0: 0:ZZ 0:0 0A 0 0 0 0 0 7\n"):
        (tmp_path / "net/tcp").write_text(content)
        assert listeners(str(tmp_path)) == []


def test_a_watch_asks_root_where_it_may_not_look(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port listens by the kernel's table, and no process that we may see holds it."""
    (tmp_path / "net").mkdir()
    (tmp_path / "net/tcp").write_text(Path("/proc/net/tcp").read_text())
    roots = Roots(proc=str(tmp_path))
    assert listener.find(port, roots) is None
    monkeypatch.setattr(asked, "listeners", lambda: [(1, 7, "no", ""), (port, 9, "caja", "caja.service")])
    assert listener.find(port, roots) == Listener(9, "caja", "caja.service")


def test_the_evidence_names_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Port("::", 80, None, ""), Port("::", 81, 5, "own"), Port("::", 82, None, "")]
    monkeypatch.setattr(asked, "listeners", lambda: [(80, 9, "web", "web.service")])
    assert listening_ports.named(found) == [
        Port("::", 80, 9, "web"), Port("::", 81, 5, "own"), Port("::", 82, None, ""),
    ]  # fmt: skip


def test_without_a_door_nobody_is_named(tmp_path: Path) -> None:
    assert asked.listeners(str(tmp_path / "none")) == []
