"""The solution goes out: one message for each customer who has the problem, after a second pair of eyes.

Here live the broadcast, its drafts, and who has been told. The list is never kept: it is read from the
links whenever somebody asks or something is sent, so nobody is left out; a draft is told once, so nobody
is told twice.
"""
