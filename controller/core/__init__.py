"""The cellar floor: clock, chance, disk, errors, actors, events.

No room is imported here, and nothing is stored.
"""
