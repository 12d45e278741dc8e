"""Questions about silent neighbours on the wire: out to an agent, and back what it saw."""

from uuid import UUID

from controller.core.errors import Invalid
from controller.detection.witnesses.inquiries import Question
from controller.detection.witnesses.testimony import Sight, Testimony
from controller.fleet.limits import within
from protos.vigia.v1 import agent_pb2 as pb

_SIGHTS = {pb.SIGHT_ANSWERED: Sight.ANSWERED, pb.SIGHT_NOTHING: Sight.NOTHING}


def asked(question: Question) -> pb.ControllerItem:
    """As an item of a stream."""
    return pb.ControllerItem(
        witness=pb.Witness(
            question_id=str(question.id), suspect=question.suspect, addresses=question.addresses
        )
    )


def said(witness_id: UUID, message: pb.Testimony) -> tuple[UUID, Testimony]:
    """Of which question, and what. A sight of a newer protocol is unknown to us. Raises `Invalid`."""
    field = "testimony.question_id"
    try:
        question_id = UUID(within(field, message.question_id, 36))
    except ValueError as error:
        raise Invalid(field, "must be a UUID") from error
    machine, gateway = (_SIGHTS.get(one, Sight.UNKNOWN) for one in (message.machine, message.gateway))
    return question_id, Testimony(witness_id, machine, gateway)
