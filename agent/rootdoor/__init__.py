"""The door to what only root may read: a fixed list of questions, on a socket of the machine's own.

The agent that talks to the network is nobody; what needs root it asks here. The other side (`door.py`) is a
small process that knows the list (`verbs.py`), checks who asks and each word, and answers one at a time. It
never takes a command, a path or an option from whoever asks, and never changes anything.
"""
