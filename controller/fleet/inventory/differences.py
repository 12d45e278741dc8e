"""What changed from one inventory to the next. Pure.

A disk is known by its serial: that the system names it otherwise is no change, another serial under the same
name is a replacement. What could not be read is carried over and is no change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from controller.fleet.inventory.document import KEYS, Change, Entry, Inventory

# Another kernel keeps a little more or less for itself.
SAME_RATIO = 0.03
# They come and go with a cable or a mood of the system, or follow from something else that is told.
UNTOLD = {("adapters", "speed_bits_per_s"), ("mounts", "size_bytes"), ("disks", "vendor"), ("disks", "name")}


def carried_over(before: Inventory | None, now: Inventory) -> Inventory:
    """`now`, with what it could not read as it was known before."""
    if before is None or not now.gaps:
        return now
    ones = {name: before.ones.get(name, {}) if name in now.gaps else one for name, one in now.ones.items()}
    lists = {
        name: before.lists.get(name, ()) if name in now.gaps else some for name, some in now.lists.items()
    }
    return replace(now, ones=ones, lists=lists)


def differences(before: Inventory, now: Inventory) -> tuple[Change, ...]:
    """In the order of the sections; `now` is what `carried_over` gave."""
    found: list[Change] = []
    for section, one in now.ones.items():
        found += _fields(section, "", before.ones.get(section, {}), one)
    for section in KEYS:
        if section in before.gaps and section not in now.gaps and not before.lists.get(section):
            continue  # it could never be read until now: that is no arrival
        found += _entries(section, before.lists.get(section, ()), now.lists.get(section, ()))
    return tuple(found)


def _entries(section: str, before: Sequence[Entry], now: Sequence[Entry]) -> Iterator[Change]:
    if section == "disks":
        old, new = _paired_disks(before, now)
    else:
        old, new = _keyed(section, before), _keyed(section, now)
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Change(section, name, "", None, summary(section, new[name]))
        elif name not in new:
            yield Change(section, name, "", summary(section, old[name]), None)
        else:
            yield from _fields(section, name, old[name], new[name])


def _keyed(section: str, entries: Sequence[Entry]) -> dict[str, Entry]:
    return {str(entry.get(KEYS[section], "")): entry for entry in entries}


def _paired_disks(before: Sequence[Entry], now: Sequence[Entry]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Both sides under the name that the newer one has today."""
    names = {str(disk["serial"]): str(disk.get("name", "")) for disk in now if disk.get("serial")}
    old: dict[str, Entry] = {}
    taken = {names[str(disk["serial"])] for disk in before if disk.get("serial") in names}
    for disk in before:
        name = names.get(str(disk.get("serial") or ""), "")
        if not name:
            name = str(disk.get("name", ""))
            if name in taken:  # another disk of before has this name today: this one went
                name = f"{name} {disk.get('serial', '')}".strip()
        old[name] = disk
    return old, _keyed("disks", now)


def _fields(section: str, name: str, before: Entry, now: Entry) -> Iterator[Change]:
    if section == "disks" and before.get("serial") != now.get("serial"):
        yield Change(section, name, "serial", summary(section, before), summary(section, now))
        return
    for field, value in now.items():
        was = before.get(field)
        if was is None or was == value or (section, field) in UNTOLD:
            continue
        if field == "memory_bytes" and _is_about(was, value):
            continue
        yield Change(section, name, field, str(was), str(value))


def _is_about(before: object, now: object) -> bool:
    return (
        isinstance(before, int) and isinstance(now, int) and abs(now - before) <= SAME_RATIO * max(1, before)
    )


def summary(section: str, entry: Mapping[str, object]) -> str:
    """An entry in a few words of its own: "WD Blue WD-WX11", "1.22.1-9"."""
    fields = {
        "memory_modules": ("size_bytes", "vendor", "part", "serial"),
        "disks": ("model", "serial"),
        "adapters": ("mac",),
        "mounts": ("device", "filesystem"),
        "addresses": ("interface",),
        "services": ("state",),
        "packages": ("version",),
    }[section]
    return " ".join(str(entry[field]) for field in fields if entry.get(field))
