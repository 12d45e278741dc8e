"""Pulls: a named profile of many items, collected for a case because somebody asked (trust.md, L1).

It runs in a child of its own (`python -m agent.diagnostics.pull`) that writes one redacted bundle into a
file and says on standard output how far it is. `asking` is the agent's side of it. Every profile is fixed:
nothing that the controller says names a command, a path or an argument.
"""
