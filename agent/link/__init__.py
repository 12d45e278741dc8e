"""The one door to gRPC. Outside of it nobody knows how the controller is reached.

`channel` has the options and credentials, `calls` the short questions (enrol, renew), `conversation` one
stream from hello to its end, `stream` the reconnecting around it. It decides nothing about health.
"""

import os

# Before grpc is loaded anywhere: its fork handlers are not needed (children are started by exec) and cost
# latency; its own log lines speak to nobody here, `vigia-agent doctor` does.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
