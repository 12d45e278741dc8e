"""What somebody can do in an incident, as forms: their words, their fields, and the action each one calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.core.errors import Invalid
from controller.core.severity import Severity
from controller.escalation.waiting import pausing
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.post import Post
from controller.storage import Unit
from controller.words.catalogue import Translator
from controller.words.formats import zone_named


@dataclass(frozen=True, slots=True)
class Act:
    """`name` is the last part of the form's address; `fields` are the names the template draws.
    `written`: the customer gets the words by mail, when there is a way."""

    name: str
    sign: str
    label: str
    heading: str
    button: str
    fields: tuple[str, ...]
    body_label: str = ""
    hint: str = ""
    written: bool = False
    done: str = ""

    def in_words(self, words: Translator) -> "Act":
        _ = words._
        return Act(
            self.name, self.sign, _(self.label), _(self.heading), _(self.button), self.fields,
            _(self.body_label) if self.body_label else "", _(self.hint) if self.hint else "",
            self.written, _(self.done) if self.done else "",
        )  # fmt: skip


_ACTS = (
    Act(
        "respond", "answer", "Answer", "Answer the customer", "Send the answer", ("body", "channel"),
        "What you tell them",
        "The first answer stops its clock.", True, "The answer is written down.",
    ),
    Act(
        "update", "update", "Update", "Keep the customer informed", "Send the update", ("body", "channel"),
        "What is new",
        "The clock of the next update starts again.", True, "The update is written down.",
    ),
    Act(
        "note", "note", "Note", "Write a note", "Save the note", ("body",), "Note",
        "For colleagues only. It answers nobody and stops no clock.", done="The note is saved.",
    ),
    Act(
        "escalate", "up", "Escalate", "Hand it to a higher level", "Escalate", ("level", "reason"),
        hint="Whoever is on duty there is told at once.", done="The next level has it now.",
    ),
    Act(
        "severity", "sliders", "Severity", "Change the severity", "Change it", ("severity", "reason"),
        hint="The clocks move as the plan says. The customer sees the reason.",
        done="The severity is changed.",
    ),
    Act(
        "pause", "pause", "Wait", "Wait for something", "Pause it", ("kind", "length", "told", "note"),
        hint="The clocks that the plan lets wait stand still. The customer sees it and gets a mail.",
        done="Paused. It goes on by itself at the end of that time.",
    ),
    Act(
        "resume", "clock", "Go on", "The wait is over", "Let it go on", ("remark",),
        hint="The clocks run again. The customer sees it.", done="It goes on.",
    ),
    Act(
        "merge", "join", "Merge", "It is the same as another one", "Merge it", ("into", "remark"),
        hint="The other one goes on for both with its own clocks; what this one has missed stays missed. "
        "Merge the later into the earlier.",
        done="Merged.",
    ),
    Act(
        "unmerge", "back", "Take apart", "They were two after all", "Take it apart", ("reason",),
        hint="It is open again, and the time in between does not count. What came meanwhile stays where it "
        "is.",
        done="Two again.",
    ),
    Act(
        "resolve", "check", "Resolve", "Resolve it", "Resolve", ("body",), "What was done",
        "The clocks stop.", True, "Resolved. The clocks stand still.",
    ),
    Act(
        "close", "lock", "Close", "Close it", "Close", ("reason",),
        hint="The customer sees the reason.", done="Closed.",
    ),
    Act(
        "reopen", "back", "Reopen", "Open it again", "Reopen", ("reason",),
        hint="The time in between does not count. The clock of the next update starts now.",
        done="Open again.",
    ),
)  # fmt: skip
_BY_STATE = {
    CaseState.OPEN: (
        "respond",
        "update",
        "note",
        "escalate",
        "severity",
        "pause",
        "resume",
        "merge",
        "resolve",
        "close",
    ),
    CaseState.RESOLVED: ("note", "reopen", "close"),
    CaseState.CLOSED: ("note", "reopen"),
}
# What becomes of the words: said before they are sent, and after.
HINTS = {
    Post.GOES: "The customer’s contact gets these words by mail.",
    Post.NO_ADDRESS: "The customer’s contact has no mail address: nothing is sent.",
    Post.NOT_SET_UP: "Mail is not set up here: nothing is sent.",
}
SENT = {
    Post.GOES: "It is on its way by mail.",
    Post.NO_ADDRESS: "Nothing was sent: the customer’s contact has no mail address.",
    Post.NOT_SET_UP: "Nothing was sent: mail is not set up here.",
}
CHANNELS = (("phone", "By phone"), ("email", "By mail"), ("web", "On the web"), ("in_person", "In person"))


def offered(
    case: Incident, words: Translator, *, pausable: bool = False, paused: bool = False, merged: bool = False,
    others: bool = False,
) -> tuple[Act, ...]:  # fmt: skip
    """What makes sense in this state, the likeliest first: the answer until there is one, then updates.

    `pausable`: its plan lets some clock wait. `merged`: another goes on for it. `others`: its customer has
    more open ones."""
    names = ("note", "unmerge") if merged else _BY_STATE[case.state]
    left_out = {
        "pause" if paused or not pausable else "", "" if paused else "resume", "" if others else "merge",
    }  # fmt: skip
    names = tuple(name for name in names if name not in left_out)
    if case.first_response_at is not None:
        names = tuple(name for name in names if name != "respond")
    if case.level >= 3:
        names = tuple(name for name in names if name != "escalate")
    by_name = {act.name: act for act in _ACTS}
    return tuple(by_name[name].in_words(words) for name in names)


def hint(act: Act, post: Post, words: Translator) -> str:
    return f"{words._(HINTS[post])} {act.hint}" if act.written else act.hint


def done(act: Act, post: Post, words: Translator) -> str:
    return f"{act.done} {words._(SENT[post])}" if act.written else act.done


def preset(post: Post) -> str:
    """How they were told, before anybody said so: by mail when the letter goes, else it is asked."""
    return "email" if post is Post.GOES else ""


def named(name: str, words: Translator) -> Act | None:
    """The act of a form's address, whatever the incident's state: the room says whether it can be done."""
    return next((act.in_words(words) for act in _ACTS if act.name == name), None)


async def perform(
    unit: Unit, name: str, case: Incident, typed: Mapping[str, str], zone: str, console_url: str = ""
) -> None:
    """Calls the one action, and lets go of the draft. Raises what the action raises; `Invalid` also for an
    instant that cannot be read."""
    await _PERFORMED[name](unit, case, Form(typed, zone, console_url))
    await actions.discard_draft(unit, case.id, typed)


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and the zone in which its times are meant."""

    typed: Mapping[str, str]
    zone: str
    console_url: str = ""

    def get(self, name: str) -> str:
        return self.typed.get(name, "")


async def _respond(unit: Unit, case: Incident, form: Form) -> None:
    at = instant(form.get("at"), form.zone)
    await actions.respond(
        unit, case.id, form.get("body"), form.get("channel") or None, at, form.get("reason") or None
    )


async def _update(unit: Unit, case: Incident, form: Form) -> None:
    at = instant(form.get("at"), form.zone)
    await actions.update_customer(
        unit, case.id, form.get("body"), form.get("channel") or None, at, form.get("reason") or None
    )


async def _note(unit: Unit, case: Incident, form: Form) -> None:
    await actions.note(unit, case.id, form.get("body"), console_url=form.console_url)


async def _escalate(unit: Unit, case: Incident, form: Form) -> None:
    level = form.get("level")
    if level not in ("2", "3"):
        raise Invalid("level", "is not a level to escalate to", "Use 2 or 3")
    await actions.escalate(unit, case.id, int(level), form.get("reason"))


async def _severity(unit: Unit, case: Incident, form: Form) -> None:
    try:
        severity = Severity(form.get("severity"))
    except ValueError:
        raise Invalid("severity", "is none of ours", "Use critical, high or normal") from None
    await actions.change_severity(unit, case.id, severity, form.get("reason"))


async def _resolve(unit: Unit, case: Incident, form: Form) -> None:
    await actions.resolve(unit, case.id, form.get("body"))


async def _close(unit: Unit, case: Incident, form: Form) -> None:
    await actions.close(unit, case.id, form.get("reason"))


async def _reopen(unit: Unit, case: Incident, form: Form) -> None:
    await actions.reopen(unit, case.id, form.get("reason"))


async def _pause(unit: Unit, case: Incident, form: Form) -> None:
    await pausing.pause(
        unit, case.id, form.get("kind"), length=form.get("length"), told=form.get("told"),
        note=form.get("note"),
    )  # fmt: skip


async def _resume(unit: Unit, case: Incident, form: Form) -> None:
    await actions.resume(unit, case.id, form.get("remark"))


async def _merge(unit: Unit, case: Incident, form: Form) -> None:
    name = form.get("into").strip()
    digits = name.upper().removeprefix("INC-")
    known = digits.isascii() and digits.isdigit() and len(digits) <= 10
    other = await incidents.incident_numbered(unit.connection, int(digits)) if known else None
    if other is None:
        raise Invalid("into", "is none that is open", "Choose an incident")
    await actions.merge(unit, case.id, other.id, form.get("remark"))


async def _unmerge(unit: Unit, case: Incident, form: Form) -> None:
    await actions.unmerge(unit, case.id, form.get("reason"))


_Performer = Callable[[Unit, Incident, Form], Awaitable[None]]
_PERFORMED: Mapping[str, _Performer] = {
    "respond": _respond,
    "update": _update,
    "note": _note,
    "escalate": _escalate,
    "severity": _severity,
    "pause": _pause,
    "resume": _resume,
    "merge": _merge,
    "unmerge": _unmerge,
    "resolve": _resolve,
    "close": _close,
    "reopen": _reopen,
}


def instant(text: str, zone: str) -> datetime | None:
    """What somebody typed: local to `zone` unless it says otherwise; None for nothing typed.

    A local time that a change of the clocks repeats is the first of the two (contract.md T10).
    """
    text = text.strip()
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        local = read if read.tzinfo else read.replace(tzinfo=zone_named(zone), fold=0)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("at", "is no date and time", "Write it as 2026-12-01 09:30") from None
