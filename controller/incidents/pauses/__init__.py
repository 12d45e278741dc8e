"""Waiting that everybody can see: what for, until when at the longest, and what the customer reads of it.

The timeline's `paused` and `resumed` are the truth; the row here is the index of a pause that is open. Which
clocks a pause stops, and how long one may last, is the plan's to say: this room counts nothing.
"""
