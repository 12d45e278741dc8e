"""The nouns as JSON: names instead of ids, instants in ISO 8601 (UTC, Z), words in the reader's language."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from controller.core.severity import Severity
from controller.detection.hours.actions import Expected
from controller.escalation.acknowledgement import store as acknowledgement
from controller.escalation.acknowledgement.round import Round
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.fleet.machine import Machine
from controller.incidents.case import Incident
from controller.incidents.timeline import Entry
from controller.people import store as people
from controller.sla import ledger
from controller.sla.promises import next_promise
from controller.sla.state import Clock, State
from controller.storage import Connection
from controller.web.duty import waiting
from controller.words import facts, formats, rules, story
from controller.words.catalogue import Translator, translator
from controller.words.hours import said as hours_said

Json = dict[str, Any]
FEW = 20
"""So many machines are asked for one by one; for more, one query for all is less."""

_NEVER = datetime.max.replace(tzinfo=UTC)


def iso(at: datetime | None) -> str | None:
    return formats.iso(at) if at is not None else None


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the ids in an incident."""

    customers: Mapping[UUID, Customer]
    machines: Mapping[UUID, str]
    sites: Mapping[UUID, str]
    people: Mapping[UUID, str]
    # Who is waited for to acknowledge, by incident.
    asked: Mapping[UUID, Round]

    def zone(self, case: Incident) -> str:
        owner = self.customers.get(case.customer_id)
        return owner.zone if owner else "UTC"

    def machine(self, case: Incident) -> str:
        return self.machines.get(case.machine_id, "") if case.machine_id else ""


async def names(connection: Connection, cases: Collection[Incident] = ()) -> Names:
    """Customers, sites and people whole, which are few; of the machines those of `cases`."""
    wanted = {case.machine_id for case in cases if case.machine_id is not None}
    if len(wanted) <= FEW:
        found = [await fleet.machine(connection, machine_id) for machine_id in sorted(wanted)]
    else:
        found = list(await fleet.machines(connection))
    return Names(
        customers={one.id: one for one in await fleet.customers(connection)},
        machines={one.id: one.name for one in found if one is not None},
        sites={one.id: one.name for one in await fleet.sites(connection)},
        people={one.id: one.login for one in await people.users(connection)},
        asked=await acknowledgement.all_waiting(connection, [case.id for case in cases]),
    )


def customer(one: Customer) -> Json:
    return {
        "name": one.name,
        "language": one.language,
        "zone": one.zone,
        "contact_name": one.contact_name,
        "contact_email": one.contact_email,
        "created_at": iso(one.created_at),
    }


def machine(one: Machine, known: Names) -> Json:
    """`state`: banned, silent, connected, away (it said goodbye), never (enrolled, not heard), or lost."""
    owner = known.customers.get(one.customer_id)
    return {
        "id": str(one.id),
        "name": one.name,
        "customer": owner.name if owner else "",
        "site": known.sites.get(one.site_id) if one.site_id else None,
        "zone": owner.zone if owner else "UTC",
        "role": one.role.value,
        "state": _presence(one),
        "last_seen_at": iso(one.last_seen_at),
        "silent_since": iso(one.silent_since),
        "goodbye_reason": one.goodbye_reason.value if one.goodbye_reason else None,
        "goodbye_at": iso(one.goodbye_at),
        "expected_return_at": iso(one.expected_return_at),
        "host_name": one.host_name,
        "os_name": one.os_name,
        "os_version": one.os_version,
        "architecture": one.architecture,
        "agent_version": one.agent_version,
        "watches": list(one.watches),
        "boot_at": iso(one.boot_at),
        "enrolled_at": iso(one.enrolled_at),
        "banned_at": iso(one.banned_at),
        "ban_reason": one.ban_reason,
        "quarantined_at": iso(one.quarantined_at),
    }


def hours(one: Expected, words: Translator) -> Json:
    """`source`: stated, learnt or none; `weekdays` 0 is Monday; an end of 00:00 is midnight."""
    week = one.hours
    weekdays = sorted(week.weekdays) if week else []
    spans = week.spans() if week else ()
    return {
        "source": one.source,
        "weekdays": weekdays,
        "spans": [[f"{first:%H:%M}", f"{last:%H:%M}"] for first, last in spans],
        "stated_by": one.stated_by or None,
        "stated_at": iso(one.stated_at),
        "said": hours_said(words, one.source, weekdays, spans, one.stated_by),
    }


def _presence(one: Machine) -> str:
    if one.banned_at is not None:
        return "banned"
    if one.silent_since is not None:
        return "silent"
    if one.connected:
        return "connected"
    if one.goodbye_at is not None:
        return "away"
    return "never" if one.last_seen_at is None else "lost"


async def incidents(
    connection: Connection, cases: Iterable[Incident], lang: str, now: datetime, limit: int = 1_000
) -> list[Json]:
    """The most urgent first: by the promise that ends first, then by severity, then by age."""
    wanted = list(cases)
    known = await names(connection, wanted)
    words = translator(lang)
    states = {found: state for found, (_, state) in (await ledger.states_of(connection, wanted, now)).items()}
    wanted.sort(key=lambda case: _urgency(case, states[case.id]))
    return [incident(case, states[case.id], known, words) for case in wanted[:limit]]


def _urgency(case: Incident, state: State) -> tuple[datetime, int, int]:
    pressing = next_promise(state)
    due = pressing.due if pressing is not None and pressing.due is not None else _NEVER
    return due, -Severity(case.severity).rank, case.number


def incident(case: Incident, state: State, known: Names, words: Translator) -> Json:
    """`next_clock`: the promise that ends first, `left_s` below 0 when it is late; null when none runs.
    `waiting_since`: when its pausable clocks were paused; null while they run."""
    owner = known.customers.get(case.customer_id)
    return {
        "reference": case.reference,
        "title": title(case, known, words),
        "severity": case.severity.value,
        "state": case.state.value,
        "level": case.level,
        "customer": owner.name if owner else "",
        "site": known.sites.get(case.site_id) if case.site_id else None,
        "machine": known.machine(case) or None,
        "owner": known.people.get(case.owner_id) if case.owner_id else None,
        "rule": case.rule,
        "object": case.object,
        "began_at": iso(case.began_at),
        "opened_at": iso(case.opened_at),
        "cleared_at": iso(case.cleared_at),
        "first_response_at": iso(case.first_response_at),
        "finding_count": case.finding_count,
        "zone": known.zone(case),
        "next_clock": _next_clock(state),
        "waiting_since": iso(state.paused_since),
        "acknowledgement": _asked(known.asked.get(case.id), known.zone(case), words),
    }


def _asked(asked: Round | None, zone: str, words: Translator) -> Json | None:
    """Null when nobody is waited for. `next_at`: when the next are told; null when all have been."""
    if asked is None:
        return None
    return {
        "about": asked.about.value,
        "level": asked.level,
        "since": iso(asked.asked_at),
        "told": [one.name for one in asked.told],
        "next_at": iso(asked.due),
        "said": waiting(words, asked, zone),
    }


def title(case: Incident, known: Names, words: Translator) -> str:
    """What is wrong, by the rule's words, or in the words of the person who opened it."""
    if case.rule:
        return rules.title(words, case.rule, case.object, case.facts, known.machine(case))
    return case.summary.splitlines()[0] if case.summary else case.reference


def _next_clock(state: State) -> Json | None:
    pressing = next_promise(state)
    if pressing is None or pressing.due is None:
        return None
    return {
        "clock": pressing.name,
        "due": iso(pressing.due),
        "state": pressing.state,
        "left_s": round((pressing.due - state.as_of).total_seconds()),
    }


async def whole_incident(connection: Connection, case: Incident, lang: str, now: datetime) -> Json:
    """What an incident's page shows."""
    known = await names(connection, [case])
    words = translator(lang)
    told = await ledger.explain(connection, case.id, now)
    return {
        **incident(case, told.state, known, words),
        "summary": case.summary,
        "facts": rules.facts_shown(case.facts, words.language),
        "facts_named": facts.named(case.facts, words),
        "clocks": [clock(one) for one in told.clocks],
        "remedy": list(rules.remedy(words, case.rule, case.facts)) if case.rule else [],
        "timeline": [entry(one, words, known.zone(case), known.machine(case)) for one in told.entries],
    }


def clock(one: Clock) -> Json:
    """`window` counts the updates from 0; `state` as in contract.md, One pure core."""
    return {
        "clock": one.name,
        "window": one.window,
        "state": one.state,
        "due": iso(one.due),
        "decided_at": iso(one.decided_at),
        "breached_at": iso(one.breached_at),
    }


def entry(one: Entry, words: Translator, zone: str, machine_name: str) -> Json:
    """`said` is one sentence in the reader's language; `body` is a person's words, as they were given."""
    return {
        "id": str(one.id),
        "kind": one.kind.value,
        "at": iso(one.at),
        "recorded_at": iso(one.recorded_at),
        "by": one.actor_name,
        "by_kind": one.actor_kind.value,
        "for_customer": one.for_customer,
        "auto": one.auto,
        "severity": one.severity,
        "level": one.level,
        "channel": one.channel,
        "reason": one.reason,
        "facts": dict(one.facts),
        "body": one.body,
        "said": story.sentence(words, one, zone, machine_name),
    }
