"""What `vigia-agent redact PATH... --out DIR [--json]` does, without touching a disk itself.

The caller hands in (path, bytes) and a sink; one call is one bundle. Withheld files never reach the sink.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from evidence.redact.redactor import Redactor, Status


class Sink(Protocol):
    """Where cleaned files go; the agent's command line writes them under DIR with the tree's names."""

    def __call__(self, path: str, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file's outcome; counts by rule, never values."""

    path: str
    status: Status
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TreeReport:
    """All outcomes, in the order of the paths."""

    files: tuple[FileReport, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Masks over all files, by rule."""
        total: Counter[str] = Counter()
        for one in self.files:
            total.update(one.counts)
        return dict(sorted(total.items()))

    def to_json(self) -> dict[str, Any]:
        """`{files: [{path, status, reason, counts}], counts}` as signals.md says."""
        return {
            "files": [
                {"path": f.path, "status": f.status, "reason": f.reason, "counts": dict(f.counts)}
                for f in self.files
            ],
            "counts": self.counts,
        }


def redact_tree(paths: Iterable[tuple[str, bytes]], out: Sink | None, salt: bytes) -> TreeReport:
    """Redact all files as one bundle. `out` None: counts only. `salt`: at least 16 random bytes."""
    reports = []
    for path, result in Redactor(salt).redact_all(paths):
        reports.append(FileReport(path, result.status, result.reason, result.counts))
        if out is not None and result.status != "withheld":
            out(path, result.data)
    return TreeReport(tuple(reports))
