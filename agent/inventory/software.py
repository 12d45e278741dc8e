"""Packages and services: names, versions, states. From the systems' own files where they are text."""

import re
from typing import Any

from agent.collectors.procfs import Unreadable, text
from agent.inventory.system import Places
from agent.processes import run

PACKAGES_MAX = 6_000
SERVICES_MAX = 1_000
DPKG_BYTES = 64 * 1024 * 1024
OUTPUT_BYTES = 4 * 1024 * 1024
RPM = ("rpm", "--query", "--all", "--queryformat", "%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}\\n")
UNITS = ("systemctl", "list-unit-files", "--type=service", "--no-legend", "--no-pager", "--plain")


def packages(places: Places) -> list[dict[str, Any]]:
    """Of dpkg, apk or rpm, whichever is there, by name. Raises ProgramMissing when none is."""
    for path, read in (
        (f"{places.var}/lib/dpkg/status", dpkg),
        (f"{places.lib}/apk/db/installed", apk),
    ):
        try:
            return _listed(read(text(path, DPKG_BYTES)))
        except Unreadable:
            continue
    said = run(RPM, timeout_s=30.0, output_limit_bytes=OUTPUT_BYTES)
    if not said.ok:
        raise ValueError(f"rpm: exit status {said.returncode}")
    return _listed(rpm(said.stdout.decode("utf-8", "replace")))


def dpkg(status: str) -> list[tuple[str, str]]:
    """Installed ones of dpkg's status file; the second of two architectures carries its own."""
    found = []
    seen = set()
    for paragraph in status.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Status|Version|Architecture): (.+)$", paragraph, re.MULTILINE))
        if fields.get("Status", "").endswith(" installed") and "Package" in fields:
            name = fields["Package"]
            if name in seen:
                name = f"{name}:{fields.get('Architecture', '')}"
            seen.add(name)
            found.append((name, fields.get("Version", "")))
    return found


def apk(installed: str) -> list[tuple[str, str]]:
    found = []
    for paragraph in installed.split("\n\n"):
        fields = dict(re.findall(r"^([PV]):(.+)$", paragraph, re.MULTILINE))
        if "P" in fields:
            found.append((fields["P"], fields.get("V", "")))
    return found


def rpm(said: str) -> list[tuple[str, str]]:
    """Several versions of one package (kernels) stand side by side, as one entry."""
    found: dict[str, list[str]] = {}
    for line in said.splitlines():
        name, space, version = line.partition(" ")
        if space and name != "gpg-pubkey":
            found.setdefault(name, []).append(version.removeprefix("0:"))
    return [(name, ", ".join(sorted(versions))) for name, versions in found.items()]


def services(_: Places) -> list[dict[str, Any]]:
    """Unit files and whether they are started with the machine. Raises ProgramMissing or ValueError."""
    said = run(UNITS, timeout_s=15.0, output_limit_bytes=OUTPUT_BYTES)
    if not said.ok:
        raise ValueError(f"systemctl: exit status {said.returncode}")
    found = [line.split()[:2] for line in said.stdout.decode("utf-8", "replace").splitlines()]
    listed = [{"name": words[0], "state": words[1]} for words in found if len(words) == 2]
    return sorted(listed, key=lambda one: one["name"])[:SERVICES_MAX]


def _listed(found: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"name": name, "version": version} for name, version in sorted(found)][:PACKAGES_MAX]
