"""The street's small pure house: what agent, controller and lab must understand alike about evidence.

Here live the bundle (one zip, its manifest, its limits), redaction, environments and what differs between
two, transcripts, and how much a number of tries says. Nothing here reads a clock, a file, a socket or an
environment variable, and nothing here imports beyond the standard library.
"""
