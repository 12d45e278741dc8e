"""`python -m controller.cli`, for where the program `vigia` is not on the path."""

import sys

from controller.cli import main

sys.exit(main())
