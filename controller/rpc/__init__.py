"""The machines' door: proto in, one action, proto out. It holds no rule of the house.

The only place of the controller that knows gRPC and the stubs.
"""

import os

# Before grpc is loaded: children are started by exec, and its fork handlers would only cost.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
