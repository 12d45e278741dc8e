"""What somebody can do about a problem, as forms: words, fields, and the action each one calls."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from controller.broadcasts import actions as broadcasts
from controller.core.errors import Invalid, NotFound
from controller.people import store as people
from controller.problems import actions, store
from controller.problems.problem import ProblemState
from controller.storage import Unit
from controller.web.api.incidents import found as incident_found
from controller.web.console.acts import Act
from controller.words.catalogue import Translator

_ACTS = (
    Act(
        "link", "join", "Link", "Link an incident", "Link it", ("incident",),
        hint="Its page shows the workaround from then on; its customer gets the solution.",
        done="It is linked.",
    ),
    Act(
        "workaround", "note", "Workaround", "How to live with it until it is solved", "Save", ("body",),
        "Workaround", "It stands on the page of every linked incident.", done="The workaround is saved.",
    ),
    Act("cause", "pulse", "Root cause", "Why it happens", "Save", ("body",), "Root cause",
        "For colleagues only.", done="The root cause is saved."),
    Act(
        "component", "sliders", "Component", "What is to blame", "Save", ("component",),
        hint="A driver, a model, a service: in a few words.", done="The component is saved.",
    ),
    Act(
        "solution_es", "check", "Solution (es)", "The solution in Spanish", "Save the solution",
        ("solution",), "What the customers must read",
        "It goes to every customer who reads Spanish, after somebody else has approved it.",
        done="The solution is saved.",
    ),
    Act(
        "solution_en", "check", "Solution (en)", "The solution in English", "Save the solution",
        ("solution",), "What the customers must read",
        "It goes to every customer who reads English, after somebody else has approved it.",
        done="The solution is saved.",
    ),
    Act("state", "flag", "State", "Move it on", "Move it", ("state", "reason"),
        hint="Needed to go back, or to close it unsolved.", done="It is moved."),
    Act("owner", "user", "Owner", "Who owns it from start to end", "Save", ("owner",),
        done="It has a new owner."),
)  # fmt: skip

SENDING = {
    "draft": "The drafts are made. Read them.",
    "again": "The drafts of another round are made. Read them.",
    "approve": "Approved.",
    "send": "It is being sent.",
    "edit": "The message is changed. Somebody else must approve it.",
    "unlink": "The link is taken away.",
    "cleared": "The workaround is taken away.",
}
"""The verbs that are buttons and not forms -> what was done."""


def offered(words: Translator) -> tuple[Act, ...]:
    return tuple(act.in_words(words) for act in _ACTS)


def done_text(name: str, words: Translator) -> str:
    found = next((act.done for act in _ACTS if act.name == name), SENDING.get(name, ""))
    return words._(found) if found else ""


def is_known(name: str) -> bool:
    return name in _PERFORMED


async def perform(unit: Unit, name: str, problem_id: UUID, typed: Mapping[str, str]) -> None:
    """Calls the one action. Raises what it raises."""
    await _PERFORMED[name](unit, problem_id, typed)


async def _incident(unit: Unit, typed: Mapping[str, str]) -> UUID:
    reference = typed.get("incident", "").strip()
    if not reference:
        raise Invalid("incident", "is empty", "Write it as INC-7")
    return (await incident_found(unit.connection, reference)).id


async def _link(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    try:
        incident_id = await _incident(unit, typed)
    except NotFound as error:
        raise Invalid("incident", str(error), "Write it as INC-7") from None
    await actions.link(unit, problem_id, incident_id)


async def _unlink(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    await actions.unlink(unit, problem_id, await _incident(unit, typed))


async def _workaround(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    body = typed.get("body", "")
    if not body.strip():
        problem = await store.problem(unit.connection, problem_id)
        if problem is None or not problem.workaround:
            raise Invalid("workaround", "is empty", "Say it in a few words")
    await actions.write_workaround(unit, problem_id, body)


async def _cause(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    await actions.write_cause(unit, problem_id, typed.get("body", ""))


async def _component(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    await actions.name_component(unit, problem_id, typed.get("component", ""))


def _solution(language: str) -> "_Performer":
    async def write(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
        await actions.write_solution(
            unit, problem_id, language, typed.get("text", ""), typed.get("steps", "")
        )

    return write


async def _state(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    try:
        state = ProblemState(typed.get("state", ""))
    except ValueError:
        raise Invalid("state", "is none of ours", "Choose one of the list") from None
    await actions.move(unit, problem_id, state, typed.get("reason", ""))


async def _owner(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    owner = await people.user_named(unit.connection, typed.get("owner", ""))
    if owner is None:
        raise Invalid("owner", "is none of ours", "Choose one of the list")
    await actions.own(unit, problem_id, owner.id)


async def _draft(unit: Unit, problem_id: UUID, _: Mapping[str, str]) -> None:
    await broadcasts.draft(unit, problem_id)


async def _again(unit: Unit, problem_id: UUID, _: Mapping[str, str]) -> None:
    await broadcasts.draft(unit, problem_id, again=True)


async def _edit(unit: Unit, problem_id: UUID, typed: Mapping[str, str]) -> None:
    try:
        customer_id = UUID(typed.get("customer", ""))
    except ValueError:
        raise NotFound("customer", typed.get("customer", "")[:40]) from None
    await broadcasts.edit(unit, problem_id, customer_id, typed.get("body", ""))


async def _approve(unit: Unit, problem_id: UUID, _: Mapping[str, str]) -> None:
    await broadcasts.approve(unit, problem_id)


async def _send(unit: Unit, problem_id: UUID, _: Mapping[str, str]) -> None:
    await broadcasts.send(unit, problem_id)


_Performer = Callable[[Unit, UUID, Mapping[str, str]], Awaitable[None]]
_PERFORMED: Mapping[str, _Performer] = {
    "link": _link,
    "unlink": _unlink,
    "workaround": _workaround,
    "cause": _cause,
    "component": _component,
    "solution_es": _solution("es"),
    "solution_en": _solution("en"),
    "state": _state,
    "owner": _owner,
    "draft": _draft,
    "again": _again,
    "edit": _edit,
    "approve": _approve,
    "send": _send,
}
