"""Log lines: from the journal's own file, from the kernel, and never so many that they drown the rest."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.recorder.journal import JournalFile
from agent.recorder.kmsg import parsed
from agent.recorder.lines import MINUTE_BYTES, Line, Lines, line_of, line_payload

WRITTEN = Path(__file__).with_name("written.journal.gz")
TAIL = slice(136, 144)
SAID = ["Started the till", "EXT4-fs error (device sda1)", "(a long message, packed into 31 bytes)", "caña €"]


def growing(path: Path) -> Iterator[JournalFile]:
    """A real journal (written by systemd 252), once at its beginning and once at its end: what lies between
    was written while we looked."""
    whole = gzip.decompress(WRITTEN.read_bytes())
    begin = bytearray(whole)
    begin[TAIL] = (0).to_bytes(8, "little")
    path.write_bytes(begin)
    journal = JournalFile(path)
    yield journal
    with path.open("r+b") as file:
        file.write(whole)
    yield journal


def test_a_journal_is_read_as_it_grows(tmp_path: Path) -> None:
    looks = growing(tmp_path / "system.journal")
    journal = next(looks)
    assert list(journal.lines(0)) == []
    next(looks)
    lines = list(journal.lines(0))
    assert [line.text for line in lines] == SAID
    assert [line.source for line in lines] == ["till.service", "kernel", "till.service", "till.service"]
    assert [line.priority for line in lines] == [6, 2, 4, 5]
    assert lines[0].at_ms == 1_772_440_001_000
    assert list(journal.lines(0)) == []
    journal.close()


def test_a_journal_that_was_put_aside_is_followed_into_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "system.journal"
    path.write_bytes(gzip.decompress(WRITTEN.read_bytes()))
    journal = JournalFile(path)
    assert list(journal.lines(0)) == [], "what was in it already is history"
    path.rename(tmp_path / "system@1.journal")
    path.write_bytes(gzip.decompress(WRITTEN.read_bytes()))
    assert [line.text for line in journal.lines(0)] == SAID


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 100, b"LPKSHHRH" + b"\xff" * 300])
def test_what_is_no_journal_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "system.journal"
    path.write_bytes(damage)
    with pytest.raises(ValueError, match="journal"):
        JournalFile(path)


def test_a_damaged_journal_ends_its_own_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "system.journal"
    looks = growing(path)
    journal = next(looks)
    lines = Lines([lambda: journal])
    assert lines.since(0, 0) == []
    with path.open("r+b") as file:
        file.seek(136)
        file.write((2**40).to_bytes(8, "little"))
    assert [line.text for line in lines.since(5_000, 5_000)] == SAID


def test_the_kernels_own_lines_and_nobody_elses() -> None:
    record = b"3,812,61700000,-;ata1: hard resetting link\n SUBSYSTEM=scsi\n"
    assert parsed(record, 1_000) == Line(62_700, 3, "kernel", "ata1: hard resetting link")
    assert parsed(b"30,812,61700000,-;systemd[1]: Started", 1_000) is None
    assert parsed(b"nonsense", 1_000) is None


def test_a_line_comes_back_as_it_was_written() -> None:
    line = Line(1_772_440_001_000, 4, "till.service", "caña €")
    assert line_of(line_payload(line)) == line


class Flood:
    """A program that logs a thousand lines a second."""

    def lines(self, mono_zero_ms: int) -> Iterator[Line]:
        for number in range(5_000):
            yield Line(mono_zero_ms, 6, "till.service", f"{number} " + "x" * 100)

    def close(self) -> None:
        pass


def test_a_flood_of_lines_is_counted_not_kept() -> None:
    lines = Lines([Flood])
    kept = lines.since(0, 60_000)
    assert 300 < len(kept) < 500
    assert sum(len(line_payload(line)) for line in kept) < MINUTE_BYTES + 200
    again = lines.since(60_000, 120_000)
    assert again[0].text == f"{5_000 - len(kept)} more lines were logged and are not kept here"


def test_without_any_log_there_are_no_lines(tmp_path: Path) -> None:
    lines = Lines([lambda: JournalFile(tmp_path / "none")])
    assert lines.since(0, 0) == []
    assert not os.listdir(tmp_path)
