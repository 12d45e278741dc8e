"""A bench over a real SSH server: believed by its pinned key alone, and its loss costs one attempt."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.attempt import Verdict
from lab.bench.book import Pinned, address_from
from lab.bench.ssh import SshBench, meet
from lab.clock import SystemClock
from lab.errors import BenchLost, HostKeyChanged
from lab.manifest import manifest
from lab.processes import Ended
from lab.running import Plan, Session
from tests.support.lab_bench import CountingChance, Lab, recipe
from tests.support.sshd import Sshd
from tests.support.street import eventually

pytestmark = pytest.mark.needs_sshd


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def pinned(sshd: Sshd) -> Pinned:
    user, host, port = address_from(sshd.address)
    return meet("printer-bench", user, host, port, str(sshd.key))


@pytest.fixture
def bench(pinned: Pinned) -> Iterator[SshBench]:
    there = SshBench(pinned, SystemClock())
    there.open()
    yield there
    there.close()


def output_of(bench: SshBench, *argv: str, timeout_s: float = 20.0, **more: object) -> tuple[Ended, str]:
    chunks: list[bytes] = []
    ended = bench.run(argv, timeout_s, 10_000, chunks.append, **more)  # type: ignore[arg-type]
    return ended, b"".join(chunks).decode()


def test_the_fingerprint_shown_is_what_the_machine_itself_says(sshd: Sshd, pinned: Pinned) -> None:
    assert pinned.fingerprint == sshd.fingerprint
    assert pinned.host_key_type == "ssh-ed25519"


def test_words_arrive_as_words_whatever_a_shell_would_make_of_them(bench: SshBench) -> None:
    words = ["$HOME", "a b", "'", '"', "`id`", "*", "ñ;exit 3", "\n"]
    assert output_of(bench, "printf", "%s|", *words) == (Ended(0), "|".join(words) + "|")


def test_status_streams_variables_and_folder(bench: SshBench, tmp_path: Path) -> None:
    ended, wrote = output_of(
        bench,
        "sh",
        "-c",
        "echo $MOOD; pwd; echo err >&2; exit 7",
        environment={"MOOD": "so so"},
        folder=str(tmp_path),
    )
    assert ended == Ended(7)
    assert sorted(wrote.split("\n")) == sorted(["so so", str(tmp_path), "err", ""])


def test_a_missing_program_or_folder_is_no_exit_status(bench: SshBench) -> None:
    assert output_of(bench, "no-such-program")[0].status is None
    assert output_of(bench, "true", folder="/no/such/folder")[0].reason


def test_a_program_is_dead_after_its_time_limit(bench: SshBench, tmp_path: Path) -> None:
    note = tmp_path / "process"
    ended, _ = output_of(bench, "sh", "-c", f"echo $$ > {note}; sleep 600; true", timeout_s=1.5)
    assert ended == Ended(None, timed_out=True)
    process = int(note.read_text())
    eventually("the program is gone", lambda: not Path(f"/proc/{process}").exists())


def test_a_bench_that_was_lost_is_connected_anew(sshd: Sshd, bench: SshBench) -> None:
    sshd.stop()
    with pytest.raises(BenchLost):
        output_of(bench, "true")
    with pytest.raises(BenchLost, match="not connected"):
        output_of(bench, "true")
    with pytest.raises(BenchLost, match="cannot be reached"):
        bench.open()
    sshd.start()
    bench.open()
    assert output_of(bench, "true")[0] == Ended(0)


def test_babble_is_ended_at_the_limit(bench: SshBench) -> None:
    ended, wrote = output_of(bench, "yes")
    assert ended == Ended(None, too_long=True) and len(wrote) == 10_000


@pytest.mark.slow
def test_a_manifest_of_the_bench_is_one_of_this_machine(bench: SshBench) -> None:
    from evidence.redact import Redactor

    found = manifest(bench, SystemClock(), Redactor(b"s" * 16))
    assert found.facts["kernel.release"].value == os.uname().release


def test_a_host_key_that_was_not_pinned_is_never_believed(sshd: Sshd, pinned: Pinned) -> None:
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    with pytest.raises(HostKeyChanged) as refused:
        SshBench(pinned, SystemClock()).open()
    assert pinned.fingerprint in str(refused.value) and sshd.fingerprint in str(refused.value)
    assert "bench add printer-bench" in str(refused.value)


def test_a_server_that_shows_another_kind_of_key_is_not_believed_either(sshd: Sshd, pinned: Pinned) -> None:
    sshd.stop()
    sshd.new_host_key("ecdsa")
    sshd.start()
    with pytest.raises(HostKeyChanged, match="no longer shows its pinned ssh-ed25519 key"):
        SshBench(pinned, SystemClock()).open()


def test_an_rsa_host_key_can_be_pinned(sshd: Sshd) -> None:
    sshd.stop()
    sshd.new_host_key("rsa")
    sshd.start()
    user, host, port = address_from(sshd.address)
    there = SshBench(meet("old", user, host, port, str(sshd.key)), SystemClock())
    there.open()
    assert output_of(there, "true")[0] == Ended(0)
    there.close()


def test_another_engineers_key_does_not_sign_in(sshd: Sshd, pinned: Pinned, tmp_path: Path) -> None:
    stranger = Sshd(tmp_path / "other")
    with pytest.raises(BenchLost, match="Authentication failed"):
        SshBench(replace(pinned, key_file=str(stranger.key)), SystemClock()).open()


def test_a_key_that_is_not_there_or_no_key_is_said(pinned: Pinned, tmp_path: Path) -> None:
    with pytest.raises(BenchLost, match="cannot be read"):
        SshBench(replace(pinned, key_file=str(tmp_path / "nothing")), SystemClock()).open()
    (tmp_path / "noise").write_text("noise")
    with pytest.raises(BenchLost, match="no private key"):
        SshBench(replace(pinned, key_file=str(tmp_path / "noise")), SystemClock()).open()


@pytest.mark.slow
def test_a_frozen_bench_costs_its_time_limit_and_is_then_lost(
    sshd: Sshd, bench: SshBench, tmp_path: Path
) -> None:
    """The peer neither answers nor goes away: every wait has an end."""
    note = tmp_path / "frozen"
    with sshd.frozen():
        with pytest.raises(BenchLost):
            output_of(bench, "touch", str(note), timeout_s=2.0)
        with pytest.raises(BenchLost):
            bench.open()
    assert not note.exists()
    bench.open()
    assert output_of(bench, "true")[0] == Ended(0)


# Two sleeps: the power cut may reach the first before its shell, which must not go on to its end.
RECIPE = """
repeats = 4
[[steps]]
run = ["sh", "-c", "cd {folder}; echo x >> tries; [ $(wc -l < tries) != 2 ] || { sleep 9; sleep 9; }; exit 1"]
[oracle]
kind = "exit_status"
equals = 1
"""


@pytest.mark.slow
def test_an_sshd_that_dies_in_the_middle_costs_one_attempt(
    sshd: Sshd, pinned: Pinned, tmp_path: Path
) -> None:
    """Killed while the second of four attempts runs, back a moment later: the other three tell."""
    lab = Lab(tmp_path / "lab")
    session = Session(
        recipe(RECIPE.replace("{folder}", str(tmp_path))), SshBench(pinned, SystemClock()), lab.journal,
        SystemClock(), CountingChance(), "ana",
    )  # fmt: skip
    run, _ = session.begin(Plan(4))

    def outage() -> None:
        tries = tmp_path / "tries"
        eventually("the second attempt runs", lambda: tries.exists() and tries.read_text().count("x") == 2)
        sshd.stop()
        sshd.start()

    trouble = threading.Thread(target=outage)
    trouble.start()
    session.go(run, 0, lambda attempt: None)
    trouble.join()
    session.close()
    made = list(lab.journal.read().attempts.values())
    yes = Verdict.REPRODUCED
    assert [one.verdict for one in made] == [yes, Verdict.INCONCLUSIVE, yes, yes]
    assert made[1].seen == "the bench was lost" and "went away while the program ran" in made[1].reason


def test_a_changed_host_key_costs_one_attempt_and_says_so(sshd: Sshd, pinned: Pinned, tmp_path: Path) -> None:
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    lab = Lab(tmp_path / "lab")
    session = Session(
        recipe(RECIPE.replace("{folder}", str(tmp_path))), SshBench(pinned, SystemClock()), lab.journal,
        SystemClock(), CountingChance(), "ana",
    )  # fmt: skip
    run, _ = session.begin(Plan(4))
    with pytest.raises(HostKeyChanged):
        session.go(run, 0, lambda attempt: None)
    (only,) = lab.journal.read().attempts.values()
    assert only.verdict is Verdict.INCONCLUSIVE and "the host key of" in only.reason
    assert not (tmp_path / "tries").exists()
