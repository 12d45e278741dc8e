"""Who is told of what the engine did, for many incidents at once: each question is asked once for all."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from controller.core.actor import SYSTEM
from controller.escalation.acknowledgement.actions import Asking
from controller.escalation.acknowledgement.round import About
from controller.escalation.acknowledgement.together import Askings, Began, begin_all
from controller.escalation.events import ClocksActed
from controller.escalation.told.duty import on_duty, those_who_can_save_it
from controller.escalation.told.handover import UNTIL
from controller.escalation.told.said import TO_STAFF, facts_of, facts_of_entry
from controller.fleet import store as fleet
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.timeline import Entry, EntryKind
from controller.incidents.writing import entry_of
from controller.notify.actions import Message, tell_all
from controller.notify.notice import Recipient
from controller.storage import Unit

_ASKING = {EntryKind.ESCALATED: About.ESCALATED, EntryKind.WARNED: About.WARNED}


class _Occasion(NamedTuple):
    """An entry of the engine's that is told, and what those who hear it are asked for."""

    case: Incident
    entry: Entry
    asked: Asking | None
    key: str


async def tell_acted(unit: Unit, happened: ClocksActed) -> None:
    """Those on duty at the new level of a climb, with the hand-over packet; of anything else, whoever can
    still save it. The timeline says who was told."""
    cases = [case for case, _ in happened.acted]
    callers = await _Callers.of(unit, cases)
    askings = await Askings.of(unit, cases)
    occasions: list[_Occasion] = []
    messages: list[Message] = []
    for case, entries in happened.acted:
        facts = callers.facts(case)
        for entry in entries:
            asked, key = _asked(askings, case, entry), f"{case.id}/{entry.facts['key']}"
            occasions.append(_Occasion(case, entry, asked, key))
            said = {**facts, **facts_of_entry(entry), **(asked.facts if asked else {})}
            if _is_climb(entry):
                said[UNTIL] = entries[-1].recorded_at.isoformat()
            called = await callers.called(case, entry)
            messages += [Message(key, one, TO_STAFF[entry.kind], said, case.id) for one in called]
    heard: dict[str, list[Recipient]] = {}
    # Every step has its mark, without which nobody gets here twice; should it have been said all the same,
    # the batch is undone and each is told alone, after a look.
    several = len(happened.acted) > 1
    for message in await tell_all(unit, messages, surely_new=several):
        heard.setdefault(message.key, []).append(message.recipient)
    await _ask(unit, occasions, heard)
    await _note(unit, occasions, heard)


def _asked(askings: Askings, case: Incident, entry: Entry) -> Asking | None:
    about = _ASKING.get(entry.kind)
    if about is None:
        return None
    fraction = entry.facts.get("fraction")
    return askings.asking(case, about, float(fraction) if fraction else None)


async def _ask(unit: Unit, occasions: Sequence[_Occasion], heard: Mapping[str, Sequence[Recipient]]) -> None:
    await begin_all(unit, [
        Began(one.case, one.entry.level or one.case.level, one.asked, heard[one.key])
        for one in occasions
        if one.asked is not None and one.key in heard
    ])  # fmt: skip


async def _note(unit: Unit, occasions: Sequence[_Occasion], heard: Mapping[str, Sequence[Recipient]]) -> None:
    """After what the engine wrote just now, which was the last of each timeline."""
    last = {one.case.number: one.entry.recorded_at for one in occasions}
    notes: list[Entry] = []
    for case, entry, asked, key in occasions:
        told = heard.get(key)
        if told:
            names = ", ".join(one.name for one in told)
            facts = {"about": entry.kind.value, "told": names, "staff": names}
            if asked is not None:
                facts["acknowledge_by"] = asked.until.isoformat()
            note = entry_of(
                unit, case.id, EntryKind.NOTICE_QUEUED, actor=SYSTEM, facts=facts, auto=True,
                before=last[case.number],
            )  # fmt: skip
            last[case.number] = note.recorded_at
            notes.append(note)
    await incidents.append_all(unit.connection, notes)


def _is_climb(entry: Entry) -> bool:
    return entry.kind is EntryKind.ESCALATED


class _Callers:
    """Names, and who is on duty: asked once, however many incidents need the answer."""

    def __init__(self, unit: Unit, customers: Mapping[UUID, str], machines: Mapping[UUID, str]) -> None:
        self._unit = unit
        self._customers = customers
        self._machines = machines
        self._known: dict[tuple[str, int, UUID | None], tuple[Recipient, ...]] = {}

    @classmethod
    async def of(cls, unit: Unit, cases: Collection[Incident]) -> "_Callers":
        customers = await fleet.customer_names(unit.connection, {case.customer_id for case in cases})
        machines = {case.machine_id for case in cases if case.machine_id}
        return cls(unit, customers, await fleet.machine_names(unit.connection, machines) if machines else {})

    def facts(self, case: Incident) -> dict[str, str]:
        machine = self._machines.get(case.machine_id, "") if case.machine_id else ""
        return facts_of(case, self._customers.get(case.customer_id, ""), machine)

    async def called(self, case: Incident, entry: Entry) -> tuple[Recipient, ...]:
        climb = _is_climb(entry)
        level = entry.level if climb and entry.level else case.level
        key = ("climb", level, None) if climb else ("save", level, case.owner_id)
        if key not in self._known:
            found = (
                await on_duty(self._unit.connection, level, self._unit.now)
                if climb
                else await those_who_can_save_it(self._unit.connection, case, self._unit.now)
            )
            self._known[key] = found
        return self._known[key]
