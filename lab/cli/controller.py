"""`vigia-lab enrol` and `vigia-lab push`: the lab's two errands at the controller."""

import json
import re
import socket
from contextlib import suppress
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn

from lab import VERSION
from lab.cli.desk import AsJson, Data, Desk, desk
from lab.errors import LabError, NotEnrolled, UsageError
from lab.handing_in import Pushed, push, usable
from lab.identity import IdentityStore, purpose_of
from lab.recipe_reading import CASE
from lab.visible import visible
from lab.words import say


def enrol_command(
    controller: Annotated[str, typer.Option("--controller", metavar="HOST:PORT")],
    token: Annotated[str, typer.Option("--token")],
    root: Annotated[
        str, typer.Option("--root", metavar="BASE64URL", help=say("The controller's root certificate."))
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help=say("Give up the identity this lab has."))
    ] = False,
    data: Data = None,
) -> None:
    """Give this lab its identity: paste the line that `vigia enrol --role lab` prints on the controller."""
    from lab import link
    from lab.keys import root_from_line

    here = desk(data)
    store = IdentityStore(here.disk, here.data)
    with suppress(NotEnrolled):
        held = store.load()
        if held.fault(here.clock.now()) is None and not replace:
            raise LabError(f"this lab is enrolled already as {held.lab_id}; add --replace for a new identity")
    root_pem = root_from_line(root)
    pending = store.request(purpose_of(token))
    given = link.enrol(
        controller, root_pem, token[:512], pending.csr_der, socket.gethostname()[:255], VERSION
    )
    identity = store.save(
        pending, given.certificate_der, given.lab_id, given.endpoint, root_pem, controller, given.offered
    )
    here.out.print(
        say(
            "enrolled as {id}; attempts are handed in to {endpoint}",
            id=identity.lab_id,
            endpoint=visible(identity.endpoint),
        )
    )


def push_command(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help=say("Only these attempts or runs."))
    ] = None,
    case: Annotated[
        str,
        typer.Option(
            "--case", metavar="INC-1", help=say("For those that name no incident yet, or a refused one.")
        ),
    ] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Hand in the journal: each attempt once, however often this is run."""
    from lab import link

    here = desk(data)
    if case and not re.fullmatch(CASE, case):
        raise UsageError("--case must read like INC-12")
    if case and not ids:
        raise UsageError("--case needs the attempts or runs it is for: vigia-lab push ID --case INC-12")
    chosen = _chosen(here, ids or [])
    if case:
        before = here.journal.read()
        for attempt_id in sorted(chosen):
            if not before.attempts[attempt_id].case or attempt_id in before.refused:
                here.journal.assign(attempt_id, case)
    record = here.journal.read()
    waiting = [one for one in record.waiting() if not chosen or one.id in chosen]
    done = Pushed((), tuple(one for one in waiting if not one.case))
    if any(one.case for one in waiting):
        identity = usable(IdentityStore(here.disk, here.data), here.clock, link)
        columns = TextColumn(say("handing in")), BarColumn(24), TextColumn("{task.completed} of {task.total}")
        with Progress(*columns, console=here.notes, transient=True) as bar:
            task = bar.add_task("push", total=sum(bool(one.case) for one in waiting))
            done = push(here.journal, identity, waiting, link.hand_in, lambda _: bar.advance(task))
    raise typer.Exit(_told(here, done, as_json))


def _chosen(here: Desk, ids: list[str]) -> set[str]:
    record = here.journal.read()
    chosen: set[str] = set()
    for reference in ids:
        found = record.found(reference) if len(reference) >= 4 else []
        if not found:
            raise LabError(f"no attempt or run begins with {reference[:60]!r}; `vigia-lab list` lists them")
        chosen |= {attempt.id for attempt in found}
    return chosen


def _told(here: Desk, done: Pushed, as_json: bool) -> int:
    refused = [one for one in done.receipts if one.reason]
    if as_json:
        table = {
            "handed_in": [
                {"id": one.attempt_id, "case": one.case} for one in done.receipts if not one.reason
            ],
            "refused": [{"id": one.attempt_id, "reason": one.reason} for one in refused],
            "without_case": [one.id for one in done.without_case],
        }
        here.out.print_json(json.dumps(table))
        return 1 if refused else 0
    by_case: dict[str, int] = {}
    for one in done.receipts:
        if not one.reason:
            by_case[one.case] = by_case.get(one.case, 0) + 1
    for case, count in by_case.items():
        here.out.print(say("{count} handed in to {case}", count=count, case=visible(case)))
    for one in refused:
        here.notes.print(
            say("{id} refused: {reason}", id=one.attempt_id[:8], reason=visible(one.reason)), style="yellow"
        )
    if done.without_case:
        first = done.without_case[0].run_id[:8]
        here.notes.print(
            say(
                "{count} stay here without a case; `{command}` gives one",
                count=len(done.without_case),
                command=f"vigia-lab push {first} --case INC-1",
            ),
            style="yellow",
        )
    if not done.receipts and not done.without_case:
        here.out.print(say("nothing to hand in"))
    return 1 if refused else 0
