"""A year of support, lived through by the real actions and the real engine on a clock that jumps.

    python -m tests.simulation.year --days 365 --incidents 3000 [--seed 7] [--postgresql]

prints its seed first; the same seed lives the same year again, to the same digest.
"""
