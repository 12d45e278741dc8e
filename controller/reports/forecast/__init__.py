"""Which promises will be missed in the next hours given who is on duty, and what would save most.

An estimate, and said to be one: nothing here is stored, and no verdict is read from it. Pure but for
`reading.py`, which gathers what the others are asked about.
"""
