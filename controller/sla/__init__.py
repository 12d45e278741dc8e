"""How long may this take? Plans, calendars and the clocks of the contract.

Here live the pure core (`evaluate`: events in, verdicts with their reasons out) and what keeps its answers
where an engine finds them. The core never reads a clock, a file or a database, and never tells anyone
anything: telling is escalation's work.
"""
