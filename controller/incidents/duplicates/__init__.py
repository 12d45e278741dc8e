"""Two incidents that are one: the survivor goes on with its own clocks, the other is closed and points to it.

Nothing is moved. What belonged to the merged one (findings, evidence, requests, history) keeps its rows and
is read together with the survivor's; what comes for it from now on goes to the survivor. So it can be undone.
"""
