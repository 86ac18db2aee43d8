"""The one door to Ansible: a play over the user's inventory, and what each host answered.

Reaching machines is Ansible's work: inventory, connection, host keys, jump hosts, become and vault are as in the user's
own configuration. A host's answer is bounded by time, and by the memory that Ansible's processes may take.
"""

import json
import os
import resource
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfadvisor.errors import InputError
from perfadvisor.extras import how_to_add
from perfadvisor.plaintext import visible_line

MOST_MEMORY = 2 << 30  # of each of Ansible's processes: a host that answers without end meets it
UNREACHABLE, FAILED = "unreachable", "failed"
NO_HOSTS = "no hosts to target"  # as Ansible words it
LONGEST_LABEL = 200


class NoHostsError(InputError):
    """The limit leaves no host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetOptions:
    """Which hosts, and how Ansible reaches them. `serial` hosts at a time ("10", "25%"), `forks` of them at once."""

    inventory: tuple[str, ...]
    limit: str = ""
    serial: str = "100%"
    forks: int = 10
    timeout_s: int = 120
    become: bool = False
    vault_password_file: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HostAnswer:
    """What one host answered: the task's result, or with `state` "unreachable" or "failed" the reason for none."""

    host: str
    state: str
    reason: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    task: str = ""


def play(options: FleetOptions, tasks: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """A play that goes on whatever single hosts do, and gathers nothing: the hosts need no Python for it."""
    return [
        {
            "name": name,
            "hosts": "all",
            "gather_facts": False,
            "serial": options.serial,
            "become": options.become,
            "ignore_unreachable": True,
            "tasks": list(tasks),
        }
    ]


def run_play(
    options: FleetOptions, plays: list[dict[str, Any]], task: str, answered: Callable[[HostAnswer], None]
) -> None:
    """Run the plays; `answered` gets each host's answer to the task of this name ("": to all), as it comes. InputError
    where Ansible is missing or ends without reaching any host; NoHostsError where the limit leaves none."""
    runner = _ansible_runner()
    reached: set[str] = set()

    def handle(event: dict[str, Any]) -> bool:
        reached.add(event.get("event_data", {}).get("host", ""))
        return _handle(event, task, answered)

    with tempfile.TemporaryDirectory(prefix="pa-fleet-") as folder, _bounded_memory():
        done = runner.run(
            private_data_dir=folder,
            playbook=plays,
            cmdline=shlex.join(_arguments(options)),
            envvars=_environment(),
            forks=options.forks,
            quiet=True,
            suppress_env_files=True,
            event_handler=handle,
        )
        if not reached - {""}:
            raise _unreached((Path(folder) / "artifacts").glob("*/stdout"), str(done.status))


def host_labels(inventory: Sequence[str], variable: str) -> dict[str, str]:
    """Host -> the value of this variable of the inventory, of the hosts that have it. InputError where none has it, or
    the inventory cannot be read."""
    runner, environment = _ansible_runner(), _environment()
    with tempfile.TemporaryDirectory(prefix="pa-fleet-") as folder:
        words = ["--list", *(word for one in _inventories(inventory) for word in ("-i", one))]
        program = shutil.which("ansible-inventory", path=environment["PATH"]) or "ansible-inventory"
        printed, errors, _ = runner.run_command(
            executable_cmd=program, cmdline_args=words, private_data_dir=folder, envvars=environment, quiet=True
        )
    try:
        hosts = json.loads(printed)["_meta"]["hostvars"]
    except (ValueError, KeyError, TypeError):
        reason = visible_line(str(errors).strip())[:300] or "it printed no inventory"
        raise InputError(f"ansible-inventory: {reason}", "check the inventory: ansible-inventory --graph") from None
    labels = {
        host: visible_line(str(one[variable]))[:LONGEST_LABEL]
        for host, one in hosts.items()
        if isinstance(one.get(variable), str | int)
    }
    if not labels:
        raise InputError(f"--label {variable}: no host of the inventory has this variable", "ansible-inventory --list")
    return labels


def _unreached(outputs: Iterable[Path], status: str) -> InputError:
    """Why no host was reached, as Ansible printed it."""
    printed = "\n".join(output.read_text("utf-8", "replace") for output in outputs)
    lines = [visible_line(line) for line in printed.splitlines() if line.strip()]
    words = next((line for line in lines if "ERROR" in line), lines[-1] if lines else status)
    error = NoHostsError if NO_HOSTS in printed else InputError
    return error(f"ansible-playbook: {words[:300]}", "check the inventory: ansible-inventory --graph")


def _ansible_runner() -> Any:  # noqa: ANN401 - a module without types
    try:
        import ansible_runner
    except ImportError as error:
        raise InputError(f"reaching a fleet needs Ansible: {error}", how_to_add("fleet")) from None
    return ansible_runner


def _arguments(options: FleetOptions) -> Iterator[str]:
    for one in _inventories(options.inventory):
        yield from ("-i", one)
    if options.limit:
        yield from ("--limit", options.limit)
    if options.vault_password_file:
        yield from ("--vault-password-file", str(options.vault_password_file.resolve()))


def _inventories(given: Iterable[str]) -> Iterator[str]:
    for one in given:
        if "," not in one and not Path(one).exists():
            raise InputError(f"{one}: no such inventory", "give a file, or host names with commas: -i web1,web2")
        yield one if "," in one else str(Path(one).resolve())


def _environment() -> dict[str, str]:
    """Ansible is started elsewhere, so the ansible.cfg of this directory is named: as Ansible itself, never one in a
    directory that everybody can write. Of several Ansibles the one beside this Python is meant, also where its
    environment is not activated."""
    found = {"ANSIBLE_RETRY_FILES_ENABLED": "false", "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "false"}
    found["PATH"] = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
    own = Path("ansible.cfg")
    if "ANSIBLE_CONFIG" not in os.environ and own.is_file() and not Path().stat().st_mode & stat.S_IWOTH:
        found["ANSIBLE_CONFIG"] = str(own.resolve())
    return found


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Children inherit the soft limit."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = min(one for one in (MOST_MEMORY, *before) if one != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _handle(event: dict[str, Any], task: str, answered: Callable[[HostAnswer], None]) -> bool:
    """Whether ansible-runner shall keep the event in a file: answers are large and already taken."""
    data = event.get("event_data", {})
    kind = event.get("event", "")
    if kind not in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable") or "host" not in data:
        return str(kind) == "playbook_on_stats"
    result, name = data.get("res") or {}, str(data.get("task", ""))
    if kind == "runner_on_unreachable":
        answered(HostAnswer(host=data["host"], state=UNREACHABLE, reason=_words(result), task=name))
    elif kind == "runner_on_failed":
        answered(HostAnswer(host=data["host"], state=FAILED, reason=_words(result), task=name))
    elif task in ("", name):
        answered(HostAnswer(host=data["host"], state="", result=result, task=name))
    return False


def _words(result: dict[str, Any]) -> str:
    text = result.get("msg") or result.get("stderr") or result.get("stdout") or "no reason given"
    lines = [line for line in str(text).splitlines() if line.strip()]
    return visible_line(lines[-1] if lines else "no reason given")[:300]
