"""Questions about silent neighbours on the wire: in from the controller, and back what was seen."""

from agent.neighbours.testimony import Asked, Testimony
from agent.wire import TEXT_MAX
from protos.vigia.v1 import agent_pb2 as pb

# More are not looked at anyway.
ADDRESSES_MAX = 16


def asked(response: pb.ConnectResponse) -> list[Asked]:
    """The questions in a message, in order, within limits."""
    return [
        Asked(
            item.witness.question_id[:TEXT_MAX],
            item.witness.suspect[:TEXT_MAX],
            tuple(one[:TEXT_MAX] for one in item.witness.addresses[:ADDRESSES_MAX]),
        )
        for item in response.items
        if item.WhichOneof("item") == "witness"
    ]


def said(testimony: Testimony) -> pb.AgentItem:
    return pb.AgentItem(
        testimony=pb.Testimony(
            question_id=testimony.question_id,
            machine=pb.Sight.Value(f"SIGHT_{testimony.machine.name}"),
            gateway=pb.Sight.Value(f"SIGHT_{testimony.gateway.name}"),
        )
    )
