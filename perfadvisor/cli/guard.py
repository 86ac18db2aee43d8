"""Turning what a command raised into one line and an exit code; nobody but a developer should see a traceback."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from perfadvisor import __version__
from perfadvisor.errors import PerfAdvisorError

INTERRUPTED, BUG = 130, 4


def exit_code_of(call: Callable[[], object]) -> int:
    """Run `call`; print what went wrong on stderr; return the exit code of the design: 0, 1, 2, 3, 4 or 130."""
    try:
        code = call()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except PerfAdvisorError as error:
        return _say(error.message, error.hint, error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted", "", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _say(_words(error), "", 2)
    except Exception:
        return _say("this is a bug in perfadvisor", f"please report it with {_log()} attached", BUG)


def _words(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _say(message: str, hint: str, code: int) -> int:
    click.echo(f"perfadvisor: {message}", err=True)
    if hint:
        click.echo(f"  next: {hint}", err=True)
    return code


def _log() -> Path:
    import time
    import traceback

    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "perfadvisor"
    text = f"perfadvisor {__version__}\nargv {sys.argv}\n\n{traceback.format_exc()}"
    try:
        state.mkdir(parents=True, exist_ok=True)
        log = state / f"bug-{time.strftime('%Y%m%d-%H%M%S')}.log"
        log.write_text(text)
        return log
    except OSError:
        click.echo(text, err=True)
        return Path("the text above")
