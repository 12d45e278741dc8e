"""The second witness (trust.md R6): agents of a site look whether a silent neighbour and the gateway answer.

Asks and weighs; raises nothing itself. Kept in memory: a question nobody answers costs only the old patience.
"""
