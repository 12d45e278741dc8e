"""Diagnostics: the small redacted bundle taken at the moment of a finding. One item a file.

It runs in a short child process (`python -m agent.diagnostics`): its memory is given back, and what hangs is
killed with it. An item that fails or hangs costs that item; the manifest says so. Nothing here changes
anything on the machine, and nothing leaves the child before it is redacted.
"""
