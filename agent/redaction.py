"""`vigia-agent redact`: files in, files without secrets out. Reading and writing only; `evidence` masks."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agent.chance import SystemChance
from agent.errors import UsageError
from evidence.redact import redact_tree

SALT_BYTES = 32


def redact_paths(paths: Sequence[Path], out: Path | None, *, as_json: bool) -> int:
    """One call is one bundle. Names are kept, relative to each PATH that is a folder. Exit code."""
    files = _named(paths)
    report = redact_tree(
        _contents(files), _Sink(out) if out else None, SystemChance().token_bytes(SALT_BYTES)
    )
    if as_json:
        json.dump(report.to_json(), sys.stdout, indent=2)
        print()
    else:
        for one in report.files:
            masked = sum(one.counts.values())
            print(f"{one.status:<9} {masked:>6}  {one.path}{'  ' + one.reason if one.reason else ''}")
        for rule, count in report.counts.items():
            print(f"{count:>6}  {rule}")
    return 0


def _named(paths: Sequence[Path]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        for name, file in _walk(path):
            if name in named:
                raise UsageError(f"{name} is in two of the paths: redact them in two calls")
            named[name] = file
    return named


def _walk(path: Path) -> Iterator[tuple[str, Path]]:
    """Regular files only; links are not followed, they could lead out of what was asked for."""
    if path.is_file():
        yield path.name, path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and not file.is_symlink():
            yield file.relative_to(path).as_posix(), file


def _contents(files: dict[str, Path]) -> Iterable[tuple[str, bytes]]:
    for name, file in files.items():
        yield name, file.read_bytes()


class _Sink:
    def __init__(self, out: Path) -> None:
        self._out = out

    def __call__(self, path: str, data: bytes) -> None:
        target = self._out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
