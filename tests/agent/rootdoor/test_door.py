"""The door under attack: it answers its list to whom it should, and survives everything else."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.processes import Finished, ProgramMissing
from agent.programs import Tool
from agent.rootdoor import asked, door, verbs
from agent.rootdoor.asked import DoorShut, ask_root, opened
from agent.rootdoor.door import Door

ME = frozenset({os.geteuid()})
SCAN = b'{"verb": "smart.scan", "with": []}\n'


class Programs:
    """Notes what would be run, and answers."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []

    def __call__(self, argv: list[str], timeout_s: float, limit_bytes: int) -> Finished:
        self.ran.append(argv)
        return Finished(4, b"said \xff\n", b"", False, False, 0.01)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Every program of the list is installed, as far as the door can see."""
    monkeypatch.setattr(door, "located", lambda tool, _folders: f"/usr/sbin/{tool.name}")
    return Programs()


@contextmanager
def standing(folder: Path, programs: Programs, users: frozenset[int] = ME) -> Iterator[str]:
    path, ended = str(folder / "root.sock"), threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(8)
        serving = threading.Thread(target=Door(users, programs).serve, args=(listener, 20.0, ended.is_set))
        serving.start()
        try:
            yield path
        finally:
            ended.set()
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as last:
                last.setblocking(False)
                with suppress(BlockingIOError):
                    last.connect(path)
            serving.join(20)
            assert not serving.is_alive(), "the door never closes"


def say(path: str, data: bytes, *, close: bool = False) -> bytes:
    """Everything the door answers to these bytes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(path)  # waits for a place in the queue
        client.settimeout(10)
        try:
            client.sendall(data)
            if close:
                client.shutdown(socket.SHUT_WR)
            told = b""
            while piece := client.recv(65_536):
                told += piece
        except (BrokenPipeError, ConnectionResetError):
            return b""
        return told


def test_a_question_of_the_list_is_asked_and_its_answer_comes_back_byte_for_byte(
    tmp_path: Path, programs: Programs
) -> None:
    with standing(tmp_path, programs) as path:
        told = json.loads(say(path, SCAN))
    assert programs.ran == [["/usr/sbin/smartctl", "--scan-open", "-j"]]
    assert told["returncode"] == 4 and told["stdout"].encode("latin-1") == b"said \xff\n"


@pytest.mark.parametrize(
    "request_",
    [
        b'{"verb": "sh", "with": ["-c", "id"]}\n',
        b'{"verb": "smart.scan", "with": ["--all"]}\n',
        b'{"verb": "smart.solid", "with": ["sat", "/etc/shadow"]}\n',
        b'{"verb": "smart.solid", "with": ["sat", "/dev/../etc/shadow"]}\n',
        b'{"verb": "smart.solid", "with": ["-s", "/dev/sda"]}\n',
        b'{"verb": "smart.solid", "with": ["sat", "/dev/sda", "-t", "long"]}\n',
        b'{"verb": "smart.scan", "with": "--all"}\n',
        b'{"verb": "smart.scan", "with": [1]}\n',
        b'{"verb": "smart.scan", "argv": ["/bin/sh"]}\n',
        b'{"verb": "smart.scan", "with": [], "environment": {"LD_PRELOAD": "/tmp/x"}}\n',
        b'{"verb": "file.kernel_log", "with": ["/etc/shadow"]}\n',
        b'{"verb": "file./etc/shadow"}\n',
        b'{"verb": ["smart.scan"]}\n',
        b'["smart.scan"]\n',
        b'"smart.scan"\n',
        b"smart.scan\n",
        b"\xff\xfe\n",
        b"[" * 1000 + b"\n",
        b"\n",
    ],
)
def test_what_is_not_in_the_list_runs_nothing_and_the_door_stands(
    tmp_path: Path, programs: Programs, request_: bytes
) -> None:
    """Other verbs, options, paths, shapes: each is told that it is none, and the next one is answered."""
    with standing(tmp_path, programs) as path:
        assert "fault" in json.loads(say(path, request_))
        assert programs.ran == []
        assert json.loads(say(path, SCAN))["returncode"] == 4


def test_a_line_without_an_end_is_cut_at_a_kibibyte(tmp_path: Path, programs: Programs) -> None:
    with standing(tmp_path, programs) as path:
        say(path, b"x" * 10_000_000)
        assert "at most 1024 bytes" in say(path, b'{"verb": "' + b"a" * 1015).decode()
        assert json.loads(say(path, SCAN))["returncode"] == 4


def test_who_says_nothing_or_hangs_up_costs_the_others_little(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that only connects is dropped when its time is over; one that leaves is forgotten."""
    monkeypatch.setattr(door, "HEARING_S", 0.2)
    with standing(tmp_path, programs) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.connect(path)
        silent.send(b'{"verb": ')
        assert say(path, b"", close=True) != b"{}"
        assert json.loads(say(path, SCAN))["returncode"] == 4


def test_a_flood_finds_the_queue_full_and_the_door_answers_again_afterwards(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred at once: the kernel's queue takes a few, the others are turned away at once."""
    monkeypatch.setattr(door, "HEARING_S", 0.05)
    with standing(tmp_path, programs) as path:
        crowd = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(200)]
        turned_away = 0
        for one in crowd:
            one.setblocking(False)
            try:
                one.connect(path)
            except BlockingIOError:
                turned_away += 1
        for one in crowd:
            one.close()
        assert turned_away > 100
        assert json.loads(say(path, SCAN))["returncode"] == 4


def test_another_user_is_not_even_heard(tmp_path: Path, programs: Programs) -> None:
    """The kernel says who asks; whoever is not in the list gets no word, not even a refusal."""
    with standing(tmp_path, programs, frozenset({12_345})) as path:
        assert say(path, SCAN) == b""
    assert programs.ran == []


def test_a_file_of_the_list_comes_as_a_descriptor_that_can_only_be_read(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent, who may not open it, reads it by root's hand, and cannot write to it."""
    secret = tmp_path / "kmsg"
    secret.write_text("6,1,1,-;hello\n")
    monkeypatch.setitem(verbs.FILES, "file.kernel_log", str(secret))
    monkeypatch.setattr(asked, "can_ask", lambda _: True)
    with standing(tmp_path, programs) as path:
        descriptor = asked.opened_by_root(str(secret), path)
    assert os.read(descriptor, 100) == b"6,1,1,-;hello\n"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(descriptor, b"x")
    os.close(descriptor)


def test_a_link_in_the_place_of_a_file_is_not_followed(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "btmp").symlink_to("/etc/shadow")
    monkeypatch.setitem(verbs.FILES, "file.bad_logins", str(tmp_path / "btmp"))
    with standing(tmp_path, programs) as path:
        assert "missing" in json.loads(say(path, b'{"verb": "file.bad_logins"}\n'))


def test_the_agent_asks_at_the_door_when_it_is_not_root(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is of the list goes through it; what is not is the agent's own; what is missing is named."""
    monkeypatch.setattr(asked, "can_ask", lambda _: True)
    smartctl = Tool(("smartctl",))
    with standing(tmp_path, programs) as path:
        told = ask_root(smartctl, ("--scan-open", "-j"), path)
        assert told is not None and (told.returncode, told.stdout) == (4, b"said \xff\n")
        assert ask_root(smartctl, ("-t", "long", "/dev/sda"), path) is None
        assert ask_root(Tool(("chronyc",)), ("-c", "tracking"), path) is None
        monkeypatch.setattr(door, "located", _missing)
        with pytest.raises(ProgramMissing, match="smartctl"):
            ask_root(smartctl, ("--scan-open", "-j"), path)
    with pytest.raises(DoorShut, match="does not answer"):
        ask_root(smartctl, ("--scan-open", "-j"), path)


def test_without_a_door_a_file_of_roots_is_refused_as_ever(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        opened(str(tmp_path / "kmsg"), str(tmp_path / "no.sock"))


def _missing(tool: Tool, _folders: object) -> str:
    raise ProgramMissing(tool.name, "it is not installed")
