"""Orders: what the controller asks for, done once, in the customer's terms.

Policy first, then the machine's own record, then the act (trust.md). What is under way survives a restart; an
order is acted on only while the controller still states it, so that one that was taken back does nothing.
"""
