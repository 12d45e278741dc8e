"""Alarms about ourselves: what is watched of our own work, how it stands, and when a person must know.

Each alarm is an incident of the house (`incidents.own`) and ends by itself. Judging is pure (`signs.py`),
reading has no effect (`reading.py`), only `watch.py` writes.
"""
