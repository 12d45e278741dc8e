"""The agent as a service of its machine: installed, upgraded in place, taken away without a trace.

Here stand the places, the account, the texts for systemd, launchd and Windows, and the check of what we are
started from. Nothing here watches the machine or talks to the controller; nothing of it is loaded by `run`.
"""
