"""The machine's own record: durable before the act, chained, and honest about what was done to it."""

from pathlib import Path

import pytest

from agent.audit import Audit, AuditUnwritable
from agent.disk import OsDisk
from agent.record import print_record
from tests.support.agent_fakes import HandClock
from tests.support.forgetful_disk import ForgetfulDisk

DATA = Path("/data")


def record(folder: Path) -> Audit:
    return Audit(OsDisk(), folder, HandClock())


def test_lines_are_numbered_chained_and_go_on_after_a_restart(tmp_path: Path) -> None:
    record(tmp_path).write("pull.begun", case="INC-1", by="ana", profile="basic")
    again = record(tmp_path)
    again.write("pull.sending", case="INC-1")
    again.write("pull.ended", case="INC-1", outcome="stored")
    lines = list(record(tmp_path).lines())
    assert [(line.number, line.act, line.fault) for line in lines] == [
        (1, "pull.begun", ""), (2, "pull.sending", ""), (3, "pull.ended", ""),
    ]  # fmt: skip


def test_what_was_written_survives_a_power_cut() -> None:
    disk = ForgetfulDisk()
    disk.mkdir(DATA)
    Audit(disk, DATA, HandClock()).write("pull.begun", case="INC-1")
    disk.crash(lambda most: 0)
    assert [line.act for line in Audit(disk, DATA, HandClock()).lines()] == ["pull.begun"]


@pytest.mark.parametrize("change", ["a word", "a line", "the order"])
def test_who_changes_it_is_seen(tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]) -> None:
    audit = record(tmp_path)
    for case in ("INC-1", "INC-2", "INC-3"):
        audit.write("pull.begun", case=case, by="ana", profile="basic")
    path = tmp_path / "audit.log"
    lines = path.read_bytes().splitlines(keepends=True)
    match change:
        case "a word":
            lines[1] = lines[1].replace(b"ana", b"eva")
        case "a line":
            del lines[1]
        case "the order":
            lines[1], lines[2] = lines[2], lines[1]
    path.write_bytes(b"".join(lines))
    assert any(line.fault for line in record(tmp_path).lines())
    assert print_record(record(tmp_path).lines(), "en", as_json=False) == 1
    assert "cannot be believed" in capsys.readouterr().err


def test_half_a_line_is_named_and_the_chain_goes_on(tmp_path: Path) -> None:
    audit = record(tmp_path)
    audit.write("pull.begun", case="INC-1")
    with (tmp_path / "audit.log").open("ab") as file:
        file.write(b'{"n": 2, "at"')
    record(tmp_path).write("pull.begun", case="INC-2")
    found = [(line.number, bool(line.fault)) for line in record(tmp_path).lines()]
    assert found == [(1, False), (0, True), (2, False)]


def test_what_cannot_be_written_is_an_error_each_time(tmp_path: Path) -> None:
    (tmp_path / "audit.log").mkdir()
    for _ in range(2):
        with pytest.raises(AuditUnwritable):
            record(tmp_path).write("pull.begun")


def test_the_owner_reads_it_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever asked may have any name: a terminal is not steered by it."""
    record(tmp_path).write("pull.begun", case="INC-1", by="ana\x1b[31m", profile="basic", order="x")
    assert print_record(record(tmp_path).lines(), "es", as_json=False) == 0
    said = capsys.readouterr().out
    assert "ana?[31m pidió el perfil basic por INC-1" in said
    assert print_record([], "en", as_json=False) == 0
    assert "Nobody has asked" in capsys.readouterr().out
