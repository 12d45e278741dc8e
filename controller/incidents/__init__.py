"""What a customer suffers: incidents, their timelines, how findings join them, and what people say.

The timeline is the only truth and only grows; the row is its index. This room tells nobody anything, counts
no clock and never asks a machine: it announces what happened, and `flow.py` tells what follows.
"""
