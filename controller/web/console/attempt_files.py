"""Files that somebody adds to an attempt by hand: named, limited, without their secrets, kept."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request

from controller.blobs.folder import BlobFolder
from controller.core.errors import Invalid
from controller.reproductions.offer import FILE_LIMIT_BYTES, FILES_LIMIT
from controller.reproductions.reproduction import AttemptFile
from controller.web.security import UPLOAD_BYTES
from evidence.redact import Redactor

TOGETHER_BYTES = UPLOAD_BYTES - 1024 * 1024
"""Of all files of one form; the rest is for its words."""
_NAME_BYTES = 120
# What no label may hold (evidence.bundle.label_fault): paths, control and direction characters.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\\/:\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Kept:
    """The files as the attempt names them, and the masks that were set, by rule."""

    files: tuple[AttemptFile, ...]
    redactions: dict[str, int]


async def given(request: Request) -> list[tuple[str, bytes]]:
    """The files of the form by fitting names of their own. Raises `Invalid` naming the limit."""
    form = await request.form()
    chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if len(chosen) > FILES_LIMIT:
        raise Invalid("files", f"at most {FILES_LIMIT}, not {len(chosen)}", "Leave some out, or pack them")
    labels = fitting([one.filename or "" for one in chosen])
    for name, one in zip(labels, chosen, strict=True):
        if (one.size or 0) > FILE_LIMIT_BYTES:
            raise Invalid(
                "files", f"{name} has {one.size} bytes, at most {FILE_LIMIT_BYTES} are taken",
                "Leave some out, or pack them",
            )  # fmt: skip
    if sum(one.size or 0 for one in chosen) > TOGETHER_BYTES:
        raise Invalid("files", f"at most {TOGETHER_BYTES} bytes together", "Leave some out, or pack them")
    return [(name, await one.read()) for name, one in zip(labels, chosen, strict=True)]


async def keep(blobs: BlobFolder, files: Sequence[tuple[str, bytes]], redactor: Redactor) -> Kept:
    """Contents first, rows later: a content without a row harms nobody. What cannot be read as text, such
    as a picture, is kept as it is: somebody chose to show it."""
    clean = await asyncio.to_thread(redactor.redact_all, files)
    counts: Counter[str] = Counter()
    kept: list[AttemptFile] = []
    for (name, before), (_, after) in zip(files, clean, strict=True):
        content = before if after.status == "withheld" else after.data
        counts.update(after.counts)
        if content:
            kept.append(AttemptFile(name, await blobs.put(content), len(content)))
    return Kept(tuple(kept), dict(counts))


def fitting(names: Iterable[str]) -> list[str]:
    """Each as a label that may be kept, no two alike."""
    made: list[str] = []
    for name in names:
        last = re.split(r"[\\/]", name)[-1]
        whole = _UNFIT.sub("_", last).strip(" .") or "file"
        stem, dot, ending = whole.rpartition(".")
        if not stem or len(ending) > 12:
            stem, dot, ending = whole, "", ""
        stem = stem.encode()[:_NAME_BYTES].decode("utf-8", "ignore")
        label, number = f"{stem}{dot}{ending}", 1
        while label in made:
            number += 1
            label = f"{stem} ({number}){dot}{ending}"
        made.append(label)
    return made
