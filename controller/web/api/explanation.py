"""`vigia explain` as JSON: the story with its times, and the proof of each clock, in sentences."""

from datetime import datetime

from controller.escalation.reaction import Reaction, reactions
from controller.incidents.case import Incident
from controller.sla import ledger
from controller.sla.ledger import Explanation
from controller.sla.proof import Correction, corrections
from controller.sla.state import Clock
from controller.storage import Connection
from controller.web.api import companions, problem_shapes, shapes
from controller.web.api.shapes import Json
from controller.web.duty import reacted
from controller.web.plans import week
from controller.web.problem import known_cause
from controller.words import clocks, formats, story
from controller.words.catalogue import Translator, translator


async def explanation(connection: Connection, case: Incident, lang: str, now: datetime) -> Json:
    """`undetected_s` is how long the symptom lasted before we could know (contract.md T13)."""
    known = await shapes.names(connection, [case])
    together = await companions.shaped(connection, case, lang)
    words = translator(lang)
    told = await ledger.explain(connection, case.id, now)
    zone, machine = known.zone(case), known.machine(case)
    corrected = corrections(told.plan, told.governing.calendars, ledger.events_of(told.entries), now)
    reacted_to = reactions(told.entries, now)
    return {
        **shapes.incident(case, told.state, known, words),
        **together,
        "as_of": shapes.iso(now),
        "problem": problem_shapes.cause(await known_cause(connection, case, lang)),
        "plan": _plan(told, words),
        "undetected_s": max(0, round((case.opened_at - case.began_at).total_seconds())),
        "story": [shapes.entry(entry, words, zone, machine) for entry in told.entries],
        "clocks": [_verdict(clock, told, words, zone) for clock in told.clocks],
        "reactions": [
            _reaction(one, said)
            for one, said in zip(reacted_to, reacted(words, reacted_to, zone), strict=True)
        ],
        "corrections": [_correction(one, words, zone) for one in corrected],
    }


def _reaction(one: Reaction, said: str) -> Json:
    """How long a level took to act; `acted` None: nobody has, for `took_s` (contract.md T4a)."""
    return {
        "level": one.level,
        "since": shapes.iso(one.since),
        "told": [{"at": shapes.iso(at), "names": names} for at, names in one.told],
        "acted": one.act.kind.value if one.act else None,
        "by": one.act.actor_name if one.act else None,
        "took_s": round(one.took.total_seconds()),
        "said": said,
    }


def _plan(told: Explanation, words: Translator) -> Json:
    """The versions that govern it for good (contract.md T14), and which hours each clock counts."""
    return {
        "name": told.plan.name,
        "version": told.plan_version,
        "calendars": [
            {
                "name": one.name,
                "version": one.version,
                "zone": one.calendar.zone,
                "hours": week(one, words),
                "clocks": sorted(clock for clock, name in told.plan.hours.items() if name == one.name),
            }
            for one in told.governing.calendar_versions
        ],
    }


def _verdict(clock: Clock, told: Explanation, words: Translator, zone: str) -> Json:
    name = clocks.clock(words, clock.name)
    if clock.name == "update":
        name = words._("{clock} {number}", clock=name, number=clock.window + 1)
    said = f"{name}: {clocks.clock_state(words, clock.state)}"
    if clock.state == "pending" and clock.due is not None:
        left = formats.duration(clock.due - told.state.as_of)
        said += words._(", {span} left", span=left)
    return {
        **shapes.clock(clock),
        "verdict": said,
        "proof": [story.proof_sentence(words, step.kind, step.at, step.facts, zone) for step in clock.why],
    }


def _correction(one: Correction, words: Translator, zone: str) -> Json:
    """An alarm that was right by what was known, and what took it back (contract.md T7)."""
    return {
        "clock": one.breach.clock,
        "window": one.breach.window,
        "breached_at": shapes.iso(one.breach.at),
        "corrected_at": shapes.iso(one.corrected_at),
        "said": words._(
            "{clock}: the alarm of {alarm} was corrected {at} by something written down late",
            clock=clocks.clock(words, one.breach.clock),
            alarm=formats.instant(one.breach.at, words.language, zone),
            at=formats.instant(one.corrected_at, words.language, zone),
        ),
    }
