"""Whether the inventory is worth taking again: a few dates and names, in a millisecond, not half a second."""

import os
import zlib

from agent.collectors.procfs import Unreadable, names, text
from agent.inventory.system import Places

DATED = (
    "{var}/lib/dpkg/status", "{lib}/apk/db/installed", "{var}/lib/rpm/rpmdb.sqlite", "{var}/lib/rpm/Packages",
    "{etc}/systemd/system", "{etc}/systemd/system/multi-user.target.wants", "{etc}/os-release",
    "{etc}/hostname", "{etc}/localtime",
)  # fmt: skip


def signs(places: Places | None = None) -> int:
    """A number that is another one as soon as packages, services, disks, adapters or mounts are."""
    where = places or Places()
    roots = {"var": where.var, "lib": where.lib, "etc": where.etc}
    seen = [_date(path.format(**roots)) for path in DATED]
    seen += [_names(f"{where.sys}/block"), _names(f"{where.sys}/class/net")]
    try:
        seen.append(text(f"{where.proc}/self/mounts"))
    except Unreadable:
        seen.append("")
    return zlib.crc32("\n".join(seen).encode("utf-8", "replace"))


def _date(path: str) -> str:
    try:
        return str(os.stat(path).st_mtime_ns)
    except OSError:
        return ""


def _names(folder: str) -> str:
    try:
        return " ".join(names(folder))
    except Unreadable:
        return ""
