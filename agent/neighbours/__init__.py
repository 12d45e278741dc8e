"""The second witness: when a machine next door falls silent, look whether it and the gateway still answer.

Looks only at private addresses of this machine's own networks, on ports of its own choice, a few times a
minute, if the owner's policy allows checks (L1). A controller in wrong hands cannot scan with it.
"""
