"""Every word of a report is in both languages, whichever door says it."""

import ast
import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest

import controller

ROOT = Path(controller.__file__).parent
FILES = (
    *sorted((ROOT / "reports").glob("*.py")), ROOT / "words/reports.py", ROOT / "web/console/reports.py",
    ROOT / "cli/reports.py", ROOT / "cli/report_sheets.py",
    ROOT / "words/forecast.py", ROOT / "web/forecast.py", ROOT / "web/console/forecast.py",
    ROOT / "cli/forecast.py", ROOT / "cli/health.py", ROOT / "words/health.py", ROOT / "web/health.py",
    ROOT / "words/rules.py",
)  # fmt: skip
SAME = {"Normal", "Total", "Plan", "{object}: {rule}"}


def messages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("_", "N_") and isinstance(node.args[0].value, str):
                yield node.args[0].value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_missing_in_spanish(path: Path) -> None:
    folder = ROOT / "words" / "locale" / "es" / "LC_MESSAGES"
    catalogues = [gettext.GNUTranslations(one.open("rb")) for one in folder.glob("*.mo")]
    said = set(messages(path)) - SAME
    assert {one for one in said if all(c.gettext(one) == one for c in catalogues)} == set()
