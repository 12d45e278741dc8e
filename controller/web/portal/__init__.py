"""The customers' side of the street: what is theirs, in their words, and nothing of anybody else's.

Its own cookie, its own frame. Every page asks for what belongs to the customer of whoever is signed in; what
belongs to another is not refused but not there.
"""
