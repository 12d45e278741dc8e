"""A file system of the test's own: ext4 in a file, mounted through a loop device. Needs root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def new_disk(image: Path, size_mib: int) -> Path:
    """An empty ext4 of that size in a sparse file."""
    with image.open("wb") as file:
        file.truncate(size_mib * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    return image


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[Path]:
    """The ext4 image as a folder. Its journal commits seldom: a copy misses what was not synced."""
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop,commit=300", image, at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)
