"""An interrupt in the first moments, before there is anybody to catch it."""

import signal
import subprocess
import sys

KILLS_WHEN_IMPORTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # as from a terminal, also where the tests run in the background
class Kills:
    def find_spec(self, name, path=None, target=None):
        if name == "perfadvisor.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Kills())
sys.argv = ["perfadvisor", "--version"]
from perfadvisor.start import main
main()
"""


def test_ctrl_c_while_importing_leaves_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", KILLS_WHEN_IMPORTED], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
