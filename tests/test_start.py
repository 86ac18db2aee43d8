"""An interrupt in the first moments, before there is anybody to catch it."""

import signal
import subprocess
import sys

import pytest

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


LOST = """
import os, signal, threading, time, weakref
from perfadvisor.cli.running import stop_cleanly
stop_cleanly()
start = threading.Thread.start
threading.Thread.start = lambda thread: (start(thread), time.sleep({busy}))  # where others use the CPUs
class Thing:
    pass
thing = Thing()
ref = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.{name}))
try:
    del thing  # what is raised in the callback, nobody can catch
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("busy", [0, 0.2])
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_an_interrupt_that_nobody_could_catch_comes_again(name: str, busy: float) -> None:
    argv = ["env", "--default-signal=INT,HUP,TERM", sys.executable, "-c", LOST.format(name=name, busy=busy)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
