"""Turning what a command raised into one line and an exit code; only a developer should see a traceback."""

import errno
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from perfadvisor import __version__
from perfadvisor.cli.group import ClosedOutputError
from perfadvisor.cli.next_step import tell_next
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.plaintext import harmless

if TYPE_CHECKING:
    from pathlib import Path

INTERRUPTED, BUG = 130, 4
CLOSED_OUTPUT = 141  # 128 + SIGPIPE: 1 would be a gate's "regression", and 0 its "good"
HINTS = {
    errno.ENOENT: "check the path and its directory",
    errno.EACCES: "check the permissions, or run as a user with access",
    errno.EPERM: "check the permissions, or run as a user with access",
    errno.EROFS: "choose another place: this file system is read-only",
    errno.ENOSPC: "make room, or choose another place: the disk is full",
    errno.EDQUOT: "make room, or choose another place: the quota is used up",
    errno.EISDIR: "give a file, not a directory",
    errno.ENOTDIR: "check the path: a file stands where a directory is meant",
}


def exit_code_of(call: Callable[[], object]) -> int:
    """Run `call`; print what went wrong on stderr; return the exit code: 0, 1, 2, 3, 4, 130, or 141 where the
    reader of the output went away."""
    try:
        code = _called(call)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except PerfAdvisorError as error:
        return _say(error.message, error.hint, error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _say(_uncapped(error.format_message()), _help_of(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort) as error:
        return _say("interrupted", str(error.__cause__ or error), INTERRUPTED)  # click wraps ours in its own
    except (BrokenPipeError, ClosedOutputError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_OUTPUT
    except OSError as error:
        return _say(_words(error), HINTS.get(error.errno or 0, "look at the path and its permissions"), 2)
    except MemoryError:
        return _say("out of memory", "give perfadvisor more memory, or a smaller input", 2)
    except Exception:
        return _say("this is a bug in perfadvisor", f"please report it with {_log()} attached", BUG)


def _called(call: Callable[[], object]) -> object:
    """What it gives; --quiet does not reach over its end."""
    stderr = sys.stderr
    try:
        return call()
    finally:
        sys.stderr = stderr


def _uncapped(message: str) -> str:
    """click's sentence as ours begin; `-o` and names of options stay as they are."""
    lines = " ".join(message.split())
    return lines[:1].lower() + lines[1:].rstrip(".") if lines[1:2].islower() else lines.rstrip(".")


def _help_of(error: click.ClickException) -> str:
    """Where the usage stands."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{context.command_path} --help" if context else ""


def _words(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _say(message: str, hint: str, code: int) -> int:
    click.echo(f"perfadvisor: {harmless(message)}", err=True)
    if hint:
        tell_next(hint)
    return code


def _log() -> "Path":
    import time
    import traceback
    from pathlib import Path

    from perfadvisor.targets.here.secrets import in_arguments, in_line

    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "perfadvisor"
    text = f"perfadvisor {__version__}\nargv {in_arguments(sys.argv)}\n\n{in_line(traceback.format_exc())}"
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = state / f"bug-{time.strftime('%Y%m%d-%H%M%S')}.log"
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            file.write(text)
        return log
    except OSError:
        click.echo(text, err=True)
        return Path("the text above")
