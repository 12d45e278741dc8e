"""Telling: what was said to whom, once, in their language, through which channel.

Here live the notice, the outbox and the channels. This room does not know why something is told: the caller
brings a natural key, a recipient, a template's name and facts; the text is made when it is written, or just
before it is first sent where very many are written at once, and is kept.
"""
