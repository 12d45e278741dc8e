"""Versions of plans and calendars: which ones govern what, what a new one changes, why one is refused.

Pure: rows come from `sla.store`, words are put to it by `words.plans`. Nothing here writes or reads a clock.
"""
