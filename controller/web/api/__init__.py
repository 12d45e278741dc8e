"""The commands' door: JSON over HTTP on the controller's own socket. Holds no rule.

`build_api` makes the application; `peer.py` says who is speaking; the other files translate one room each.
"""
