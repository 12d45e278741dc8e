"""What a machine is made of, in short on its page and whole on a page of its own, with what changed when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.core.errors import NotFound
from controller.fleet import store as fleet
from controller.fleet.inventory import store
from controller.fleet.inventory.document import KEYS, ONES, DatedChange, Inventory
from controller.storage import Connection
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff
from controller.words import formats
from controller.words import inventory as told
from controller.words.catalogue import Translator

router = APIRouter()
SHORT_CHANGES, CHANGES = 8, 200


@dataclass(frozen=True, slots=True)
class Event:
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Short:
    """For the machine's page: some facts and the newest changes."""

    path: str
    taken_at: datetime
    facts: list[tuple[str, str]]
    changes: list[Event]


@dataclass(frozen=True, slots=True)
class Section:
    """A table; `gap` says why it may be old or empty, "" when nothing is wrong."""

    name: str
    label: str
    gap: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


async def short_of(connection: Connection, machine_id: UUID, words: Translator) -> Short | None:
    """None for a machine whose agent never sent its inventory."""
    found = await store.inventory(connection, machine_id)
    if found is None:
        return None
    changes = await store.changes(connection, machine_id, SHORT_CHANGES)
    path = f"/machines/{machine_id}/inventory"
    return Short(path, found.taken_at, _short(found, words), events(changes, words))


def events(changes: tuple[DatedChange, ...], words: Translator) -> list[Event]:
    return [
        Event(
            told.changed(words, one.change.section, one.change.name, one.change.field, one.change.before,
                         one.change.after), one.at,
        )
        for one in changes
    ]  # fmt: skip


def sections(found: Inventory, words: Translator) -> list[Section]:
    """Those that hold something, or say why not, in their order."""
    shown = []
    for name in KEYS:
        entries = found.lists.get(name, ())
        gap = found.gaps.get(name, "")
        if not entries and not gap:
            continue
        fields = [
            field for field in (entries[0] if entries else {}) if any(one.get(field) for one in entries)
        ]
        headings = tuple(words._(told.FIELDS.get(field, field)) for field in fields)
        rows = tuple(tuple(told.value(words, field, one.get(field)) for field in fields) for one in entries)
        label = f"{words._(told.SECTIONS[name])} ({formats.number(len(entries), words.language)})"
        shown.append(Section(name, label, gap, headings, rows))
    return shown


def _short(found: Inventory, words: Translator) -> list[tuple[str, str]]:
    _, hardware = words._, found.ones.get("hardware", {})
    model = " ".join(str(hardware.get(field) or "") for field in ("vendor", "product")).strip()
    firmware = " ".join(str(hardware.get(field) or "") for field in ("bios_version", "bios_date")).strip()
    cpu = str(hardware.get("cpu_model") or "")
    cores = hardware.get("cpu_cores") or hardware.get("cpu_threads")
    disks = [
        " ".join(part for part in (str(one.get("model") or one.get("name") or ""),
                                   told.value(words, "size_bytes", one.get("size_bytes"))) if part)
        for one in found.lists.get("disks", ())
    ]  # fmt: skip
    rows = [
        (_("Model"), model),
        (_("Serial number"), str(hardware.get("serial") or "")),
        (_("Firmware version"), firmware),
        (_("Processor"), f"{cpu} · {cores}" if cpu and cores else cpu),
        (_("Memory"), told.value(words, "memory_bytes", hardware.get("memory_bytes"))),
        (_("Disks"), ", ".join(disks)),
        (_("Kernel"), str(found.ones.get("system", {}).get("kernel") or "")),
        (_("Packages"), formats.number(len(found.lists.get("packages", ())), words.language)),
    ]
    return [(name, text) for name, text in rows if text]


@router.get("/machines/{machine_id}/inventory")
async def inventory_page(request: Request, reader: Staff, context: Here, machine_id: str) -> Response:
    """Raises `NotFound`."""
    words = reader.words
    try:
        wanted = UUID(machine_id)
    except ValueError:
        raise NotFound("machine", machine_id[:64]) from None
    async with context.storage.reading() as connection:
        machine = await fleet.machine(connection, wanted)
        if machine is None:
            raise NotFound("machine", machine_id)
        customer = await fleet.customer(connection, machine.customer_id)
        found = await store.inventory(connection, machine.id)
        changes = await store.changes(connection, machine.id, CHANGES)
    return pages_of(request).shown(
        reader, "inventory", here="machines", topics=f"machine:{machine.id}",
        machine_name=machine.name, path=f"/machines/{machine.id}", zone=customer.zone if customer else "UTC",
        taken_at=found.taken_at if found else None,
        facts=[
            (words._(told.SECTIONS[one]), told.facts(words, found.ones.get(one, {}))) for one in ONES
        ] if found else [],
        sections=sections(found, words) if found else [], changes=events(changes, words),
    )  # fmt: skip
