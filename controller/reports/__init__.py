"""What was promised and what was kept: compliance by customer, severity and period, and the whole history
as cases that anyone can recompute.

Here figures are counted and written down. Nothing is decided here: every verdict is `sla`'s, and no report
ever changes an incident.
"""
