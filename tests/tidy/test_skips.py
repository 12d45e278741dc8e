"""On a bare machine a test skips and says why; under ``VIGIA_NO_SKIP=1`` the same skip is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.written import ROOT

WAYS_TO_SKIP = {
    "in_a_test.py": "import pytest\ndef test_one():\n    pytest.skip('no cable')\n",
    "by_mark.py": "import pytest\n@pytest.mark.skipif(True, reason='no cable')\ndef test_one(): pass\n",
    "in_a_fixture.py": "import pytest\n@pytest.fixture\ndef line(): pytest.skip('no cable')\n"
    "def test_one(line): pass\n",
    "whole_file.py": "import pytest\npytest.skip('no cable', allow_module_level=True)\n",
}


@pytest.mark.parametrize("name", WAYS_TO_SKIP)
def test_a_skip_is_named_on_a_bare_machine_and_fails_where_all_is_to_be_seen(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (tmp_path / f"test_{name}").write_text(WAYS_TO_SKIP[name])
    bare, strict = _pytest(tmp_path, {}), _pytest(tmp_path, {"VIGIA_NO_SKIP": "1"})
    assert "1 skipped" in bare.stdout
    assert "no cable" in bare.stdout
    assert bare.returncode in {0, 5}  # 5: nothing was left to run
    assert strict.returncode in {1, 2}
    assert "VIGIA_NO_SKIP=1 allows none: Skipped: no cable" in strict.stdout


def test_an_expected_failure_is_not_a_skip(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (tmp_path / "test_known.py").write_text(
        "import pytest\n@pytest.mark.xfail\ndef test_one(): assert False\n"
    )
    assert _pytest(tmp_path, {"VIGIA_NO_SKIP": "1"}).returncode == 0


def _pytest(folder: Path, more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "VIGIA_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "--rootdir", folder, folder],
        cwd=folder, env={**kept, **more}, capture_output=True, text=True, check=False,
    )  # fmt: skip
