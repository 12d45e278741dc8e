"""Which profiles there are, for whoever must know it without loading what they collect."""

import os

# For trying a line, and for our tests: as many MiB of noise as this says. Nothing of the machine is in it.
TRIAL = "VIGIA_AGENT_TRIAL_MIB"


def profiles() -> tuple[str, ...]:
    return ("basic", "trial") if os.environ.get(TRIAL) else ("basic",)


def abilities() -> tuple[str, ...]:
    """As told in every hello: what this agent can be asked for."""
    return tuple(f"pull:{name}" for name in profiles())
