"""A question about a silent neighbour goes out on the stream, and what was seen comes back on it."""

import asyncio
from uuid import UUID

from controller.detection.witnesses.testimony import Cause
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.simulated_agent import SimulatedAgent
from tests.support.stations import Station


class Neighbour(SimulatedAgent):
    """Keeps the questions that it is asked."""

    questions: list[pb.Witness]

    def _take(self, message: pb.ConnectResponse) -> None:
        self.questions += [item.witness for item in message.items if item.WhichOneof("item") == "witness"]
        super()._take(message)


async def test_a_question_and_its_answer(station: Station) -> None:
    neighbour = Neighbour(station.authority.root_pem, "neighbour", station.storage.clock.now)
    neighbour.questions = []
    await neighbour.enrol(station.enrolment, await station.token())
    await neighbour.connect()
    assert neighbour.agent_id is not None
    inquiries, suspect = station.lookout.eyes.inquiries, UUID(int=7)
    inquiries.open(suspect, "caja-1", 1.0, ["192.168.7.10"], [UUID(int=9), neighbour.agent_id])
    async with asyncio.timeout(10):
        while not neighbour.questions:
            neighbour._heard.clear()
            await neighbour._heard.wait()
    [question] = neighbour.questions
    assert (question.suspect, list(question.addresses)) == ("caja-1", ["192.168.7.10"])
    said = pb.Testimony(question_id=question.question_id, machine=pb.SIGHT_NOTHING, gateway=pb.SIGHT_ANSWERED)
    await neighbour.write(pb.AgentItem(testimony=said))
    # What is said after it is acknowledged, so the word before it was heard.
    await neighbour.send(neighbour.raised())
    await neighbour.settled()
    verdict = inquiries.verdict(suspect, 1.0)
    assert (verdict.cause, verdict.witnesses) == (Cause.MACHINE, (neighbour.agent_id,))
    await neighbour.disconnect()
