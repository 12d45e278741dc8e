"""Where a recipe runs: on this machine (`local`) or over SSH (`ssh`), whose host key a person pinned.

A bench runs argument vectors and tells how they ended; it judges nothing.
"""
