"""`vigia-lab enrol` and `vigia-lab push`: the lab's two errands at the controller."""

from typing import Annotated

import typer

from lab.cli.desk import Data


def enrol_command(data: Data = None) -> None:
    """Give this lab its identity, once."""


def push_command(data: Data = None) -> None:
    """Hand the journal in."""


_ = Annotated, typer
