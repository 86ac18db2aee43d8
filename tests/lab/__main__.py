"""`python -m tests.lab [SCRIPT]`: the emulated two-socket server, with a shell or running a script."""

import sys

from tests.lab.server import main

sys.exit(main(sys.argv[1:]))
