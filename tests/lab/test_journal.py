"""What the journal returned for is there after a power cut; what a disk damages costs itself alone."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.attempt import Attempt, File, Origin, Verdict
from lab.errors import JournalBroken
from lab.journal import Applied, Journal, Run
from tests.support.forgetful_disk import ForgetfulDisk, PowerCut

FOLDER = Path("/lab")
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def attempt(number: int, run_id: str = "run-1") -> Attempt:
    return Attempt(
        f"attempt-{number}", run_id, number, 9, "", Origin.RECIPE, "coin", "00", "local", (), AT, AT,
        "héads", "t", Verdict.REPRODUCED, "", "ana", (File("out.cast", "ab" * 32, 3),), {"password": 2},
    )  # fmt: skip


def run(planned: int = 9, name: str = "run-1") -> Run:
    return Run(name, "coin", "00", "local", "", (), planned)


def test_what_was_written_is_read_again() -> None:
    disk = ForgetfulDisk()
    journal = Journal(disk, FOLDER)
    journal.begin(run())
    journal.add(attempt(1))
    journal.apply(Applied("local", "driver", ("off",), 5.0))
    journal.assign("attempt-1", "INC-4")
    journal.hand_in("attempt-1", "INC-4")
    record = Journal(disk, FOLDER).read()
    assert record.runs == {"run-1": run()}
    assert record.attempts["attempt-1"].case == "INC-4" and record.attempts["attempt-1"].redactions == {
        "password": 2
    }
    assert record.applied == [Applied("local", "driver", ("off",), 5.0)]
    assert record.waiting() == [] and record.damaged_lines == 0


def test_a_journal_that_is_not_there_yet_is_empty() -> None:
    assert Journal(ForgetfulDisk(), FOLDER).read().attempts == {}


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_no_power_cut_takes_what_was_written(cut_at: int, dice: object) -> None:
    """Cut at any change; then the lab starts again and goes on writing."""
    disk = ForgetfulDisk()
    disk.power_cut_at = cut_at
    journal = Journal(disk, FOLDER)
    done: list[str] = []
    digests: list[str] = []
    with suppress(PowerCut):
        for number in range(1, 6):
            digests.append(journal.keep(f"file {number}".encode()))
            journal.add(attempt(number))
            done.append(f"attempt-{number}")
    disk.crash(lambda most: dice.randint(0, most))  # type: ignore[attr-defined]
    again = Journal(disk, FOLDER)
    again.add(attempt(9))
    found = list(again.read().attempts)
    assert [name for name in found if name in done] == done
    assert found[-1] == "attempt-9" and len(found) - len(done) <= 2
    for number, digest in enumerate(digests, start=1):
        assert again.kept(digest) == f"file {number}".encode()


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_a_flipped_bit_costs_at_most_two_lines_and_is_counted(position: int, bit: int) -> None:
    """Two, when it joins them by taking the line end between."""
    disk = ForgetfulDisk()
    journal = Journal(disk, FOLDER)
    for number in range(1, 6):
        journal.add(attempt(number))
    path = FOLDER / "journal.log"
    data = bytearray(disk.read(path))
    data[position % len(data)] ^= 1 << bit
    disk.replace(path, bytes(data))
    record = journal.read()
    assert len(record.attempts) >= 3
    assert record.damaged_lines or len(record.attempts) == 5


def test_a_file_that_was_changed_on_the_disk_is_not_given_out() -> None:
    disk = ForgetfulDisk()
    journal = Journal(disk, FOLDER)
    digest = journal.keep(b"proof")
    disk.replace(FOLDER / "files" / digest, b"other")
    with pytest.raises(JournalBroken, match="was changed"):
        journal.kept(digest)


def test_a_full_disk_is_said_and_nothing_is_lost() -> None:
    disk = ForgetfulDisk(capacity_bytes=2_000)
    journal = Journal(disk, FOLDER)
    done = 0
    with pytest.raises(JournalBroken, match="cannot be written"):
        for number in range(1, 50):
            journal.add(attempt(number))
            done = number
    assert 0 < done == len(journal.read().attempts)


def test_what_a_newer_lab_wrote_is_passed_over() -> None:
    disk = ForgetfulDisk()
    journal = Journal(disk, FOLDER)
    journal._append("mood", {"of": "the engineer"})
    journal.add(attempt(1))
    assert len(journal.read().attempts) == 1 and journal.read().damaged_lines == 0


def test_a_run_is_unfinished_until_its_last_attempt() -> None:
    journal = Journal(ForgetfulDisk(), FOLDER)
    journal.begin(run(planned=2))
    journal.add(attempt(1))
    assert journal.read().unfinished(run(planned=2).key) == run(planned=2)
    journal.add(attempt(2))
    assert journal.read().unfinished(run(planned=2).key) is None


def test_the_beginning_of_an_id_finds_an_attempt_or_a_run() -> None:
    journal = Journal(ForgetfulDisk(), FOLDER)
    journal.add(attempt(1))
    journal.add(attempt(2))
    assert len(journal.read().found("run-1")) == 2
    assert [one.number for one in journal.read().found("attempt-2")] == [2]
