"""Attempts that stand with an incident: a lab's run with real files, as a page or a command finds them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from controller.blobs.folder import BlobFolder
from controller.core.actor import Actor
from controller.core.clock import Clock
from controller.reproductions import actions
from controller.reproductions.offer import Offer
from controller.reproductions.reproduction import Attempt, AttemptFile, Origin, Verdict
from controller.storage import Storage
from evidence.environment import Environment, Fact, Kind, environment_to_json
from evidence.transcript import Transcript, TranscriptWriter, transcript_to_asciicast
from tests.support.console import Console

RUN = UUID(int=0xA11CE)
RECIPE = b"""name = "spooler-forgets"
symptom = "a job is gone after a restart"

[[steps]]
name = "print"
run = ["lp", "-d", "office", "/etc/hosts"]

[[steps]]
name = "look"
run = ["lpstat", "-o"]

[oracle]
kind = "pattern"
step = "look"
pattern = "^office-"
present = false
"""


async def tried(console: Console, case: str, **how: Any) -> tuple[Attempt, ...]:
    """By Ana, as `attempted` says."""
    context = console.context
    return await attempted(context.storage, context.blobs, context.clock, console.ana.actor, case, **how)


async def attempted(
    storage: Storage, blobs: BlobFolder, clock: Clock, actor: Actor, case: str, *,
    seen: int = 7, told: int = 20, unsure: int = 2, run: UUID = RUN,
) -> tuple[Attempt, ...]:  # fmt: skip
    """A run of `told` attempts, `seen` of them with the symptom, and `unsure` ones besides. The first has all
    files that a lab hands in."""
    verdicts = [Verdict.REPRODUCED] * seen + [Verdict.NOT_REPRODUCED] * (told - seen)
    verdicts += [Verdict.INCONCLUSIVE] * unsure
    files = await _files(blobs, clock.now())
    made = []
    for number, verdict in enumerate(verdicts, 1):
        at = clock.now() - timedelta(minutes=len(verdicts) + 1 - number)
        offer = Offer(
            id=UUID(int=run.int * 1_000 + number), run_id=run, number=number, planned=len(verdicts),
            case=case, origin=Origin.RECIPE, recipe="spooler-forgets", recipe_sha256="ab" * 32,
            bench="ssh:printer-bench", factors=("cups 2.4.7",), started_at=at,
            finished_at=at + timedelta(seconds=9), expected="a job is gone after a restart",
            seen="no match in the output" if verdict is Verdict.REPRODUCED else "office-12 root 1024",
            verdict=verdict, reason="the pattern \u202e is absent", tried_by="ana@bench",
            redactions={"password": 2}, files=files if number == 1 else (),
        )  # fmt: skip
        async with storage.unit(actor) as unit:
            made.append(await actions.record(unit, offer))
    return tuple(made)


def transcript(at: datetime) -> Transcript:
    """Two steps, a colour, a line written over, markup and a mark that turns the reading direction."""
    writer = TranscriptWriter(at, "spooler-forgets")
    writer.mark(0.0, "print")
    writer.say(0.0, "$ lp -d office /etc/hosts")
    writer.output(0.4, b"request id is \x1b[1;32moffice-12\x1b[0m (1 file)\n")
    writer.output(0.5, b"10 %\r100 %\n<b>not bold</b> \xe2\x80\xaereversed\n")
    writer.mark(30.0, "look")
    writer.say(30.0, "$ lpstat -o")
    writer.output(30.2, b"\x1b[31mlpstat: no jobs\x1b[0m\n")
    return writer.finish()


async def _files(blobs: BlobFolder, at: datetime) -> tuple[AttemptFile, ...]:
    environment = Environment(
        "printer-bench",
        at.astimezone(UTC),
        {
            "driver.usblp": Fact("1.3", Kind.DRIVER),
            "kernel.release": Fact("6.1.0-18-amd64", Kind.KERNEL),
            **{f"package.lib{number:03}": Fact(f"{number}.0", Kind.PACKAGE) for number in range(250)},
        },
        {"firmware": "dmidecode is not installed"},
    )
    named = (
        ("transcript.cast", transcript_to_asciicast(transcript(at))),
        ("recipe.toml", RECIPE),
        ("environment.json", environment_to_json(environment)),
    )
    return tuple([AttemptFile(name, await blobs.put(data), len(data)) for name, data in named])
