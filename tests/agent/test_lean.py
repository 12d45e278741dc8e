"""What is done so that the agent stays light harms nobody else in its process."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent import lean

OWN = Path("/proc/self/timerslack_ns")


@pytest.mark.skipif(not OWN.exists(), reason="this kernel has no timer slack to set")
def test_threads_begun_inside_may_sleep_longer_and_nobody_else() -> None:
    """gRPC's threads inherit it from the one that begins them; the agent's own keeps its exact sleep."""
    before, seen = OWN.read_text(), {}

    def tell(name: str) -> None:
        seen[name] = Path(f"/proc/{threading.get_native_id()}/timerslack_ns").read_text().strip()

    with lean.unhurried_threads():
        threads = [threading.Thread(target=tell, args=("inside",))]
        threads[0].start()
    assert OWN.read_text() == before
    threads.append(threading.Thread(target=tell, args=("after",)))
    threads[1].start()
    for thread in threads:
        thread.join()
    assert seen == {"inside": lean.SLACK_NS.decode(), "after": before.strip()}


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc asks for it")
def test_it_begins_again_with_one_heap_once_and_as_the_same_process() -> None:
    """Whoever started it (a shell, systemd) keeps the process that it started, and its words."""
    program = "import os, sys; from agent.lean import with_one_heap; with_one_heap();"
    words = [
        sys.executable,
        "-c",
        program + "print(os.getpid(), os.environ['MALLOC_ARENA_MAX'], *sys.argv[1:])",
    ]
    plain = {name: value for name, value in os.environ.items() if name not in lean.ONE_HEAP}
    process = subprocess.Popen([*words, "one", "two"], env=plain, stdout=subprocess.PIPE, text=True)
    said, _ = process.communicate(timeout=20)
    assert said.split() == [str(process.pid), "1", "one", "two"]


def test_without_the_kernels_file_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "SLACK_FILE", str(tmp_path / "none"))
    with lean.unhurried_threads():
        assert not (tmp_path / "none").exists()
