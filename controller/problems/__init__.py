"""The cause of many incidents: who owns it, how to live with it, what it is, and what takes it away.

Here live the problem, its links to incidents, its solution in each language and its own history. This room
tells no customer anything (`broadcasts` does) and reads no clock of any contract.
"""
