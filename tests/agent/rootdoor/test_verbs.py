"""What can be asked of root, and what cannot: the list, its grammar, and every collector's questions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.clock import SystemClock
from agent.collectors import ALL, look
from agent.rootdoor import verbs
from agent.rootdoor.verbs import FILES, VERBS, Slot, verb_for
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.building import asks, built
from tests.agent.collectors.machine import ANSWERS, machine

HOSTILE = (
    "/dev/sda;reboot", "/dev/../etc/shadow", "../../etc/shadow", "/etc/shadow", "--all", "-s", "-o",
    "/dev/sda ", " /dev/sda", "/dev/sda\n", "/dev/sda\0", "$(id)", "`id`", "/dev/nvme0/../sda", "",
    "/dev/bus/../..",
    "/dev/SDA", "/dev/ｓda", "/dev/sda1x", "/dev/" + "a" * 200, "|sh", "-d", "sat,../x", "sat;x", "test",
)  # fmt: skip


@pytest.fixture
def disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with sda, the namespace nvme0n1, sg0 and one SCSI host."""
    for folder in ("block/sda", "block/nvme0n1", "class/scsi_generic/sg0", "class/scsi_host/host0"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(verbs, "SYS", str(tmp_path))


@pytest.mark.parametrize("disk", ["/dev/sda", "/dev/nvme0", "/dev/sg0", "/dev/bus/0"])
def test_a_disk_that_the_kernel_has_may_be_asked_for(disks: None, disk: str) -> None:
    assert verbs.DISK.takes(disk)


@pytest.mark.parametrize("word", [*HOSTILE, "/dev/sdb", "/dev/nvme1", "/dev/sg7", "/dev/bus/3", "/dev/null"])
def test_nothing_else_is_a_disk(disks: None, word: str) -> None:
    """Not by another spelling, not by a way around, not by an option, not one that is not there."""
    assert not verbs.DISK.takes(word)


@pytest.mark.parametrize("word", HOSTILE)
def test_no_way_to_a_disk_is_an_option_or_a_path(word: str) -> None:
    assert not verbs.KIND.takes(word) or word == "test"


@given(st.text())
def test_no_text_at_all_slips_an_option_into_a_slot(text: str) -> None:
    """Whatever is taken begins with a letter, a figure or /dev/, and holds no blank."""
    for slot in (Slot(verbs.DISK.pattern), verbs.KIND):
        if slot.takes(text):
            assert text.startswith("/dev/") or text[0].isalnum()
            assert text.isascii() and text.isprintable() and " " not in text and ".." not in text


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_verb_takes_as_many_words_as_it_has_slots(verb: verbs.Verb) -> None:
    slots = sum(isinstance(word, Slot) for word in verb.words)
    assert verb.filled(["/dev/sda"] * (slots + 1)) is None
    assert verb.filled([]) is None or slots == 0


def test_every_verb_only_reads() -> None:
    """A look at the whole list: no verb has a word that changes anything."""
    told = {word for verb in VERBS for word in verb.words if isinstance(word, str)}
    changes = {
        "set",
        "delete",
        "clear",
        "start",
        "stop",
        "scrub",
        "offline",
        "remove",
        "create",
        "-t",
    }
    assert told & changes == set()
    assert "--simulate" in told  # with it alone, "dist-upgrade" is a question
    of_firmware = {f"/sys/class/dmi/id/{name}" for name in ("product_serial", "board_serial")}
    assert set(FILES.values()) == {
        "/dev/kmsg", "/var/log/btmp", "/sys/firmware/dmi/tables/DMI", *of_firmware,
    }  # fmt: skip


ROOTS_OWN = {"smartctl", "ipmitool", "zpool", "dmsetup", "storcli64", "ssacli"}


def test_whatever_a_collector_asks_of_these_programs_is_in_the_list(tmp_path: Path, disks: None) -> None:
    """A collector whose question changed would be deaf as a service: every question has its verb."""
    here = machine(tmp_path / "machine")
    lost = []
    for one in ALL:
        if asks(one):
            asked: list[tuple[str, ...]] = []
            look(built(one, here, _Noting(asked)), SystemClock())
            lost += [words for words in asked if words[0] in ROOTS_OWN and not _known(words)]
    assert lost == []


class _Noting(Answers):
    def __init__(self, noted: list[tuple[str, ...]]) -> None:
        super().__init__(ANSWERS)
        self._noted = noted

    def __call__(self, tool, *words):  # type: ignore[no-untyped-def]
        self._noted.append((tool.name, *words))
        return super().__call__(tool, *words)


def _known(words: tuple[str, ...]) -> bool:
    from agent.programs import Tool

    found = verb_for(Tool((words[0],)), words[1:])
    if found is None:
        return False
    slots = [word for word in found[0].words if isinstance(word, Slot)]
    return all(slot.pattern.fullmatch(value) for slot, value in zip(slots, found[1], strict=True))
