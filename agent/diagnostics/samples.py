"""What was measured before the fault: one reading a line, oldest first."""

import json

from agent.diagnostics.item import KIB, Recipe, Taken
from agent.diagnostics.request import Request


def take(request: Request) -> Taken:
    lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in request.samples]
    return Taken("the agent's own readings", "".join(lines).encode("utf-8", "replace"))


RECIPE = Recipe("samples.jsonl", 384 * KIB, take)
