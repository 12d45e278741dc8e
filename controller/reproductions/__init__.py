"""What was tried to make a problem happen again: attempts from the labs and by hand, and how often it showed.

Attempts are never changed. Nothing is tried here: the labs do that, on benches of their own.
"""
