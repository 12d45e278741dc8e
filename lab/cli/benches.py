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
    table = Table("bench", "address", "host key", box=None, pad_edge=False)
    table.add_row("local", "this machine", "")
    for one in pinned.values():
        table.add_row(f"ssh:{one.name}", visible(one.address), f"{one.host_key_type} {one.fingerprint}")
    here.out.print(table)


@app.command("add")
def add_command(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    address: Annotated[str, typer.Argument(metavar="USER@HOST[:PORT]")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The private key to sign in with.")],
    fingerprint: Annotated[
        str,
        typer.Option(
            "--fingerprint", metavar="SHA256:...", help="What the host key must be; without it you are asked."
        ),
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="The bench is pinned already; pin it anew.")
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
    here.notes.print(f"{visible(met.address)} shows a {met.host_key_type} key: {met.fingerprint}")
    if fingerprint:
        if fingerprint.rstrip("=") != met.fingerprint:
            raise LabError(f"that is not {visible(fingerprint)}; nothing was pinned")
    else:
        here.notes.print(
            "On the machine itself, `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` says what it must be."
        )
        if not typer.confirm("Is it the same?", err=True):
            raise LabError("nothing was pinned")
    here.book.pin(met, replace=replace)
    here.out.print(f"bench ssh:{name} pinned")


@app.command("remove")
def remove_command(name: Annotated[str, typer.Argument(metavar="NAME")], data: Data = None) -> None:
    """Forget a bench and its host key."""
    here = desk(data)
    here.book.remove(name)
    here.out.print(f"bench ssh:{name} removed")


@app.command("clean")
def clean_command(name: Annotated[str, typer.Argument(metavar="local|ssh:NAME")], data: Data = None) -> None:
    """Say that you put a bench right by hand: factors that were left on it are forgotten."""
    here = desk(data)
    left = [one for one in here.journal.read().applied if one.bench == name]
    for one in left:
        here.journal.undone(name, one.factor)
    here.out.print(f"{len(left)} factors forgotten on {name}")
