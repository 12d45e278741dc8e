"""Windows' and macOS's own commands. Samples made after the documented formats: tmutil(8), softwareupdate(8),
and Microsoft's page on w32tm; to be replaced by real recordings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.collectors.system import elsewhere
from agent.collectors.system.backups.backups import Backups
from agent.collectors.system.time.sync import TimeSync
from agent.collectors.system.updates import Updates
from agent.config import parse
from agent.processes import Finished
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.machine import machine

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
UPDATES = """\
Software Update Tool

Finding available software
Software Update found the following new or updated software:
* Label: macOS Sonoma 14.4-23E214
\tTitle: macOS Sonoma 14.4, Version: 14.4, Size: 3508210K, Recommended: YES, Action: restart,
* Label: Safari17.4
\tTitle: Safari, Version: 17.4, Size: 150000K, Recommended: YES,
"""
STATUS = """\
Leap Indicator: 0(no warning)
Stratum: 4 (secondary reference - syncd by (S)NTP)
Last Successful Sync Time: 3/2/2026 11:40:02 AM
"""
SPANISH = "Indicador de salto: 3(no sincronizado)\nCapa: 0 (sin especificar)\n"


def test_time_machines_last_backup_is_in_its_path() -> None:
    old = elsewhere.latest_backup("/Volumes/Copia/Backups.backupdb/mac/2026-03-02-110501\n")
    new = elsewhere.latest_backup("/Volumes/.timemachine/2026-03-02-110501.backup/2026-03-02-110501.backup\n")
    assert old == new == datetime(2026, 3, 2, 11, 5, 1).astimezone()
    with pytest.raises(ValueError):
        elsewhere.latest_backup("/Volumes/Copia\n")


def test_a_mac_names_its_backup_by_one_line_of_configuration() -> None:
    config = parse('[[backup]]\nname = "mac"\nkind = "timemachine"\n')
    told = Answers({"tmutil": "/Volumes/Copia/Backups.backupdb/mac/2026-03-01-110501\n"})
    reading = Backups(ask=told).fit(config).read(NOON)
    assert reading.gaps == () and reading.value("vigia.backup.never") == 0

    def never(tool: object, *words: str) -> Finished:
        said = b"No machine directory found for host.\n"
        return Finished(1, b"", said, False, False, 0.0)

    assert Backups(ask=never).fit(config).read(NOON).value("vigia.backup.never") == 1
    assert "not installed" in Backups(ask=Answers({})).fit(config).read(NOON).gaps[0].reason


def test_a_mac_counts_its_updates(tmp_path: Path) -> None:
    here = machine(tmp_path)
    reading = Updates(Answers({"softwareupdate": UPDATES}), str(tmp_path), roots=here.roots).read(NOON)
    assert reading.value("vigia.updates.pending") == 2
    assert reading.value("vigia.updates.security") is None, "it does not say"


def test_windows_says_whether_its_clock_is_kept_in_any_language(tmp_path: Path) -> None:
    here = machine(tmp_path)
    for told, kept in ((STATUS, 1), (SPANISH, 0)):
        clock = TimeSync(here.roots, Answers({"w32tm": told}), str(tmp_path / "run"))
        assert clock.read(NOON).value("vigia.time.synchronized") == kept
    assert TimeSync(here.roots, Answers({"w32tm": "?"}), str(tmp_path / "run")).read(NOON).gaps
