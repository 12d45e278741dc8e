"""What must never be written down: where packages came from, and folders of the machine this was made on.

A host in a lock ties everyone to one registry, and an address may carry a password. Hashes say what is meant.
"""

import json
import re
from pathlib import Path

import pytest

from tests.tidy.written import ROOT, text_of, written

REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.(?:org|com)|registry\.yarnpkg|deb\.debian\.org|crates\.io"
    r"|ghcr\.io|docker\.io/"
)
PATHS_OF_A_WORKPLACE = re.compile(r"(?:^|[^\w.])/(?:(?:work|farm)/|tmp/vigia)[\w.-]*")
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_written_file_names_a_registry() -> None:
    assert _found(REGISTRIES) == []


def test_no_written_file_names_a_folder_of_somebodys_machine() -> None:
    assert _found(PATHS_OF_A_WORKPLACE) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_python_lock_carries_hashes_and_no_addresses(lock: Path) -> None:
    text = text_of(lock)
    packages = re.split(r"\n(?=[\w.-]+(?:\[[\w,-]+\])?==)", text)[1:]
    assert packages
    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert not re.search(r"://|--find-links|--index|--extra-index|^-e |^\.|^/", text, re.MULTILINE)


def test_the_customers_lock_brings_four_packages_and_what_they_need() -> None:
    """The agent's needs are a promise to the customer: a fifth package is a decision, not an accident."""
    packages = re.findall(r"^([\w-]+)==", text_of(ROOT / "requirements/agent.txt"), re.MULTILINE)
    assert set(packages) - {"cffi", "pycparser", "typing-extensions"} == {
        "cryptography", "grpcio", "protobuf", "psutil",
    }  # fmt: skip


def test_the_npm_lock_carries_hashes_and_no_addresses() -> None:
    packages = json.loads(text_of(ROOT / "package-lock.json"))["packages"]
    packages.pop("")
    assert packages
    assert [name for name, facts in packages.items() if "integrity" not in facts or "resolved" in facts] == []


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {match.group().strip()}"
        for path in written()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (match := pattern.search(line))
    ]
