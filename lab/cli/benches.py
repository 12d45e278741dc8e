"""`vigia-lab benches` and `vigia-lab bench ...`: machines whose host key a person looked at and pinned."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from lab.bench.book import address_from
from lab.cli.desk import AsJson, Data, desk
from lab.errors import LabError, UsageError
from lab.visible import visible
from lab.words import say

app = typer.Typer()


def list_command(data: Data = None, as_json: AsJson = False) -> None:
    """List the benches that can be used."""
    here = desk(data)
    pinned = here.book.all()
    if as_json:
        rows = [
            {
                "name": f"ssh:{one.name}",
                "address": one.address,
                "fingerprint": one.fingerprint,
                "key": one.key_file,
            }
            for one in pinned.values()
        ]
        here.out.print_json(json.dumps([{"name": "local"}, *rows]))
        return
    table = Table(say("bench"), say("address"), say("host key"), box=None, pad_edge=False)
    table.add_row("local", say("this machine"), "")
    for one in pinned.values():
        table.add_row(f"ssh:{one.name}", visible(one.address), f"{one.host_key_type} {one.fingerprint}")
    here.out.print(table)


@app.command(
    "add", help=say("Pin a bench: look at its host key once, and believe no other one from then on.")
)
def add_command(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    address: Annotated[str, typer.Argument(metavar="USER@HOST[:PORT]")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help=say("The private key to sign in with."))],
    fingerprint: Annotated[
        str,
        typer.Option(
            "--fingerprint",
            metavar="SHA256:...",
            help=say("What the host key must be; without it you are asked."),
        ),
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help=say("The bench is pinned already; pin it anew."))
    ] = False,
    data: Data = None,
) -> None:
    """Pin a bench: look at its host key once, and believe no other one from then on."""
    from lab.bench.ssh import meet

    here = desk(data)
    user, host, port = address_from(address)
    if name in here.book.all() and not replace:
        raise UsageError(f"a bench {name!r} is pinned already; add --replace to pin it anew")
    met = meet(name, user, host, port, str(key.expanduser().resolve()))
    here.notes.print(
        say(
            "{address} shows a {kind} key: {fingerprint}",
            address=visible(met.address),
            kind=met.host_key_type,
            fingerprint=met.fingerprint,
        )
    )
    if fingerprint:
        if fingerprint.rstrip("=") != met.fingerprint:
            raise LabError(f"that is not {visible(fingerprint)}; nothing was pinned")
    else:
        command = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        here.notes.print(say("On the machine itself, `{command}` says what it must be.", command=command))
        if not typer.confirm(say("Is it the same?"), err=True):
            raise LabError("nothing was pinned")
    here.book.pin(met, replace=replace)
    here.out.print(say("bench ssh:{name} pinned", name=name))


@app.command("remove", help=say("Forget a bench and its host key."))
def remove_command(name: Annotated[str, typer.Argument(metavar="NAME")], data: Data = None) -> None:
    """Forget a bench and its host key."""
    here = desk(data)
    here.book.remove(name)
    here.out.print(say("bench ssh:{name} removed", name=visible(name)))


@app.command(
    "clean", help=say("Say that you put a bench right by hand: factors that were left on it are forgotten.")
)
def clean_command(name: Annotated[str, typer.Argument(metavar="local|ssh:NAME")], data: Data = None) -> None:
    """Say that you put a bench right by hand: factors that were left on it are forgotten."""
    here = desk(data)
    left = [one for one in here.journal.read().applied if one.bench == name]
    for one in left:
        here.journal.undone(name, one.factor)
    here.out.print(say("{count} factors forgotten on {name}", count=len(left), name=visible(name)))
