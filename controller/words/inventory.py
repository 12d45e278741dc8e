"""A machine's inventory and what changed in it, in words."""

from collections.abc import Mapping

from controller.words import formats
from controller.words.catalogue import Translator


def N_(message: str) -> str:  # noqa: N802 - the field's name for "to be translated later"
    return message


SECTIONS = {
    "system": N_("System"),
    "hardware": N_("Hardware"),
    "memory_modules": N_("Memory modules"),
    "disks": N_("Disks"),
    "adapters": N_("Network adapters"),
    "mounts": N_("Mounted filesystems"),
    "addresses": N_("Addresses"),
    "services": N_("Services"),
    "packages": N_("Packages"),
}
FIELDS = {
    "os_name": N_("System"),
    "os_version": N_("Version of the system"),
    "kernel": N_("Kernel"),
    "architecture": N_("Architecture"),
    "host_name": N_("Host"),
    "machine_id": N_("Id of the system"),
    "time_zone": N_("Time zone"),
    "vendor": N_("Vendor"),
    "product": N_("Product"),
    "serial": N_("Serial number"),
    "board": N_("Board"),
    "board_serial": N_("Serial number of the board"),
    "bios_vendor": N_("Vendor of the firmware"),
    "bios_version": N_("Firmware version"),
    "bios_date": N_("Date of the firmware"),
    "cpu_model": N_("Processor"),
    "cpu_sockets": N_("Processors"),
    "cpu_cores": N_("Cores"),
    "cpu_threads": N_("Threads"),
    "memory_bytes": N_("Memory"),
    "slot": N_("Slot"),
    "size_bytes": N_("Size"),
    "speed_mts": N_("Speed (MT/s)"),
    "part": N_("Part number"),
    "name": N_("Name"),
    "model": N_("Model"),
    "firmware": N_("Firmware version"),
    "is_rotational": N_("Spins"),
    "is_removable": N_("Plugged in from outside"),
    "mac": N_("MAC address"),
    "driver": N_("Driver"),
    "speed_bits_per_s": N_("Speed"),
    "interface": N_("Interface"),
    "address": N_("Address"),
    "path": N_("Mounted at"),
    "device": N_("Device"),
    "filesystem": N_("File system"),
    "version": N_("Version"),
    "state": N_("State"),
}
CAME = {
    "memory_modules": N_("Memory module {name} added: {what}"),
    "disks": N_("Disk {name} added: {what}"),
    "adapters": N_("Network adapter {name} added: {what}"),
    "mounts": N_("{name} is mounted: {what}"),
    "addresses": N_("Address {name} added on {what}"),
    "services": N_("Service {name} added: {what}"),
    "packages": N_("Package {name} {what} installed"),
}
WENT = {
    "memory_modules": N_("Memory module {name} is gone: {what}"),
    "disks": N_("Disk {name} is gone: {what}"),
    "adapters": N_("Network adapter {name} is gone: {what}"),
    "mounts": N_("{name} is no longer mounted: {what}"),
    "addresses": N_("Address {name} is gone from {what}"),
    "services": N_("Service {name} is gone"),
    "packages": N_("Package {name} {what} removed"),
}
_OTHER = "{name} {what}"
_UNKNOWN = "–"


def changed(
    words: Translator, section: str, name: str, field: str, before: str | None, after: str | None
) -> str:
    """One line: "Package nginx: 1.2 → 1.3". `before` None: it came; `after` None: it went."""
    was, now = _shown(words, section, field, before), _shown(words, section, field, after)
    if before is None:
        return words._(CAME.get(section, _OTHER), name=name, what=now)
    if after is None:
        return words._(WENT.get(section, _OTHER), name=name, what=was)
    template = _template(section, field, before, after)
    told = {"before": was or _UNKNOWN, "after": now or _UNKNOWN}
    if template:
        return words._(template, name=name, **told)
    what = words._(FIELDS.get(field, field))
    return f"{name + ', ' if name else ''}{what}: {told['before']} → {told['after']}"


def _template(section: str, field: str, before: str, after: str) -> str:
    if field == "memory_bytes":
        shrank = before.isdigit() and after.isdigit() and int(after) < int(before)
        return N_("Memory shrank: {before} → {after}") if shrank else N_("Memory grew: {before} → {after}")
    return {
        ("memory_modules", "size_bytes"): N_("Memory module {name}: {before} → {after}"),
        ("disks", "serial"): N_("Disk {name} replaced: {before} → {after}"),
        ("packages", "version"): N_("Package {name}: {before} → {after}"),
        ("services", "state"): N_("Service {name}: {before} → {after}"),
    }.get((section, field), "")


def value(words: Translator, field: str, told: object) -> str:
    """A field's value as people read it; what is not known is empty."""
    if isinstance(told, bool):
        return words._("yes") if told else words._("no")
    if told in ("", 0, None):
        return ""
    try:
        if field.endswith("_bytes"):
            return formats.size(float(str(told)), words.language)
        if field == "speed_bits_per_s":
            return f"{formats.number(float(str(told)) / 1e6, words.language)} Mbit/s"
    except ValueError:
        pass
    return str(told)


def facts(words: Translator, entry: Mapping[str, object]) -> list[tuple[str, str]]:
    """(name, value) of what is known."""
    told = [(words._(FIELDS.get(field, field)), value(words, field, one)) for field, one in entry.items()]
    return [(name, text) for name, text in told if text]


def _shown(words: Translator, section: str, field: str, told: str | None) -> str:
    if told is None:
        return ""
    if not field and section == "memory_modules":
        size, _, rest = told.partition(" ")
        return f"{value(words, 'size_bytes', size)} {rest}".strip()
    if field in ("is_rotational", "is_removable"):
        return value(words, field, told == "True")
    return value(words, field, told)
