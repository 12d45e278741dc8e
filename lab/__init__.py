"""The engineer's bench: make the problem happen again, count how often, keep the proof (cause.md, The lab).

Works without a controller; what was tried is kept in a journal and handed in once. It never touches a
customer's machine, and knows neither the agent nor the controller but through `protos` and `evidence`.
"""

VERSION = "0.1.0"
