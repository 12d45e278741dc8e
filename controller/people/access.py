"""What each role may do. Pure; the doors ask before they call an action."""

from enum import Enum

from controller.core.actor import Actor, ActorKind, Role
from controller.core.errors import Refused


class Act(Enum):
    READ = "read"
    WORK_INCIDENTS = "work on incidents"
    BACKDATE = "record something that happened earlier"
    MANAGE_FLEET = "manage customers, sites and machines"
    MANAGE_PEOPLE = "manage users"
    MANAGE_PLANS = "change plans and calendars"


_NEEDED = {
    Act.READ: Role.VIEWER,
    Act.WORK_INCIDENTS: Role.ENGINEER,
    Act.BACKDATE: Role.ENGINEER,
    Act.MANAGE_FLEET: Role.ADMINISTRATOR,
    Act.MANAGE_PEOPLE: Role.ADMINISTRATOR,
    Act.MANAGE_PLANS: Role.ADMINISTRATOR,
}
_RANK = {Role.VIEWER: 0, Role.ENGINEER: 1, Role.ADMINISTRATOR: 2}


def may(actor: Actor, act: Act) -> bool:
    """Whether `actor` may do `act`. Only people have roles; nothing else comes through these doors."""
    if actor.kind is not ActorKind.PERSON or actor.role is None:
        return False
    return _RANK[actor.role] >= _RANK[_NEEDED[act]]


def demand(actor: Actor, act: Act) -> None:
    """Raise `Refused` naming the act and the role it needs."""
    if not may(actor, act):
        raise Refused(f"{actor.name} may not {act.value}: that needs the role {_NEEDED[act].value}")
