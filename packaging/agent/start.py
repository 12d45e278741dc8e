"""What the folder build starts: the agent's command, or one of its own short children.

Children are started as `PROGRAM -P -m MODULE WORDS...`, as an interpreter would be; only our own modules.
"""

import runpy
import sys

if sys.argv[1:3] == ["-P", "-m"] and sys.argv[3:4] and sys.argv[3].split(".")[0] == "agent":
    module = sys.argv[3]
    sys.argv = [sys.argv[0], *sys.argv[4:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
else:
    from agent.cli import main

    sys.exit(main())
