"""A customer's machine that breaks: Debian in QEMU, the agent installed as its service, a real controller.

`make guest` builds the disk once (recipe.py), starts the machine on an overlay of it (machine.py), joins it
to a controller (customer.py) and breaks it by its own commands. All of it is left out of `make test`; what
the machine said is recorded, and told again there (tests/agent/recorded).
"""
