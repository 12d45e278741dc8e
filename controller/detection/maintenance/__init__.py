"""Windows in which faults are expected: what is found in them is written down, and judged at their end (R8).

Holds back and hands over; opens no incident itself.
"""
