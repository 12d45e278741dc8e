"""The flight recorder: the last quarter of an hour, every 5 seconds, on disk.

Eight files of 256 KiB written over in turn, and at most six frozen recordings of 1 MiB: never more than
8 MiB. It never judges, never sends and never stops the agent; what it kept goes with a finding's evidence.
"""
