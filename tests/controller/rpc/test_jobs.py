"""What a batch becomes when the disk has no room for measurements (trust.md R9)."""

from datetime import UTC, datetime
from uuid import uuid4

from controller.core.severity import Severity
from controller.fleet.intake.cursor import Lane
from controller.fleet.intake.report import Entry, NotKept, Report, ReportedFinding, ReportedSnapshot
from controller.fleet.series.packing import Layout
from controller.rpc.jobs import without_snapshots

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_measurements_give_way_and_faults_stay_each_in_its_place() -> None:
    finding = ReportedFinding(uuid4(), "watch.down", "web", True, Severity.CRITICAL, AT, AT, {})
    snapshot = ReportedSnapshot(AT, Layout("[]", 0, ""), b"", None)
    entries = (Entry(Lane.FAULTS, 7, finding), Entry(Lane.METRICS, 9, snapshot))
    kept = without_snapshots(Report(uuid4(), "epoch", AT, AT, entries))
    assert kept.entries == (Entry(Lane.FAULTS, 7, finding), Entry(Lane.METRICS, 9, NotKept()))
