"""docker and podman by their command lines: which options this host needs, and the container perfadvisor makes."""

import os
import re
import resource
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here.process import LocalServer, run, serve
from perfadvisor.targets.remote import tools_image

START_S = 60.0
IMPORT_S = 300.0
MAX_REMEDIES = 5
TOOLS = "perfadvisor-tools"
MEMLOCK_HINT = "be root, or let this user lock memory: in /etc/security/limits.conf, `USER hard memlock unlimited`"
_MEMLOCK = re.compile(r"rlimit type 8|RLIMIT_MEMLOCK", re.IGNORECASE)  # include/uapi/asm-generic/resource.h
_TALKS_ELSEWHERE = re.compile(r"(tcp|ssh|https?)://")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One engine as it has to be called here: `options` go in front of every subcommand, `run_options` behind `run`."""

    program: str
    options: tuple[str, ...] = ()
    run_options: tuple[str, ...] = ()

    def argv(self, *words: str) -> tuple[str, ...]:
        """A whole command line."""
        return (self.program, *self.options, *words)

    def call(self, *words: str, timeout_s: float = START_S) -> Completed:
        """Run a subcommand. MeasureError where the engine is not installed."""
        return run(Command(argv=self.argv(*words), timeout_s=timeout_s))

    def ask(self, *words: str, timeout_s: float = START_S) -> str:
        """What a subcommand prints. MeasureError, with what the engine printed, where it fails."""
        done = self.call(*words, timeout_s=timeout_s)
        if done.returncode != 0:
            raise MeasureError(f"{self.program} {words[0]}: {said(done)}", _hint(self.program, said(done)))
        return done.stdout.decode("utf-8", "replace").strip()


@dataclass(frozen=True)
class Remedy:
    """What an engine needs on some hosts, known by what it says without: a pattern, and the options that help."""

    pattern: "re.Pattern[str]"
    options: tuple[str, ...] = ()
    run_options: tuple[str, ...] = ()


def said(done: Completed) -> str:
    """Why a command failed, in one line."""
    if done.timed_out:
        return "it did not answer in time"
    return reason((done.stderr or done.stdout).decode("utf-8", "replace")) or f"exit code {done.returncode}"


def reason(text: str) -> str:
    """The line of an engine's complaint that tells most: hints on its own use stand around it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")[:400]


def _hint(program: str, text: str) -> str:
    if _MEMLOCK.search(text):
        return MEMLOCK_HINT
    if "permission denied" in text.lower() and program == "docker":
        return "be root or in the group docker, or use podman"
    if "lookup" in text or "manifest" in text or "pull" in text.lower():
        return f"load the image first, or leave it out: {program} alone runs this host's own tools"
    if "connect" in text.lower() or "daemon" in text.lower():
        return f"start {program}, or point DOCKER_HOST to where it listens"
    return f"try it by hand: {program} info"


def docker() -> Engine:
    """docker, with its daemon's address explicit, so that a later command finds the same. MeasureError for one on
    another machine: its containers do not see this machine's files."""
    host = os.environ.get("DOCKER_HOST", "")
    if _TALKS_ELSEWHERE.match(host):
        raise MeasureError(f"docker at {host} runs containers on another machine", "use ssh:USER@HOST there")
    return Engine(program="docker", options=("--host", host) if host else ())


def podman() -> Engine:
    """podman as it is."""
    return Engine(program="podman")


def remedies() -> tuple[Remedy, ...]:
    """What podman may need. crun refuses hosts where both versions of control groups are mounted; the limits podman
    asks for by itself may be more than this process may have; without root and systemd no other program makes
    groups."""
    most = min(resource.getrlimit(resource.RLIMIT_NPROC)[1] % (1 << 62), 32768)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return (
        Remedy(re.compile(r"RLIMIT_NOFILE|rlimit type 7"), run_options=(f"--ulimit=nofile={files}:{files}",)),
        Remedy(re.compile(r"RLIMIT_NPROC|rlimit type 6"), run_options=(f"--ulimit=nproc={most}:{most}",)),
        Remedy(re.compile(r"hybrid mode|crun: .*(setrlimit|cgroup)", re.IGNORECASE), options=("--runtime", "runc")),
        Remedy(re.compile(r"systemd|dbus", re.IGNORECASE), options=("--cgroup-manager", "cgroupfs")),
    )


def helped(engine: Engine, complaint: str) -> Engine | None:
    """The engine with one more remedy against what it complained about; None where no remedy is left."""
    for remedy in remedies():
        options = engine.options + remedy.options
        run_options = engine.run_options + remedy.run_options
        new = not set(remedy.options + remedy.run_options) <= set(engine.options + engine.run_options)
        if new and remedy.pattern.search(complaint):
            return replace(engine, options=options, run_options=run_options)
    return None


def tools(engine: Engine) -> str:
    """The image of this host's own tools, imported now unless the engine has it already."""
    files = tools_image.contents(tools_image.programs())
    tag = f"{TOOLS}:{tools_image.digest(files)}"
    if engine.call("image", "inspect", tag).returncode == 0:
        return tag
    with tempfile.TemporaryDirectory(prefix="perfadvisor-") as folder:
        archive = Path(folder) / "tools.tar"
        tools_image.write(files, archive)
        engine.ask("import", str(archive), tag, timeout_s=IMPORT_S)
    return tag


def new_name() -> str:
    """A name to write down before the container is made."""
    return f"perfadvisor-{secrets.token_hex(6)}"


@dataclass(frozen=True, kw_only=True)
class Started:
    """A running container: the engine as it had to be called, and what keeps the container where that is a process of
    ours."""

    engine: Engine
    keeper: LocalServer | None = None


def start(engine: Engine, name: str, image: str, arguments: Sequence[str]) -> Started:
    """Start a container that does nothing, for the trials to be run in. MeasureError with what the engine printed where
    no remedy helps."""
    complaint = ""
    for _ in range(MAX_REMEDIES):
        words = (f"--name={name}", *engine.run_options, *arguments, "--entrypoint=sleep", image, "2147483")
        started = _detached(engine, words) if engine.program == "docker" else _kept(engine, name, words)
        if isinstance(started, Started):
            return started
        complaint = reason(started)
        engine.call(*removal(engine, name))
        better = helped(engine, started)
        if better is None:
            break
        engine = better
    raise MeasureError(f"{engine.program} run {image}: {complaint}", _hint(engine.program, complaint))


def _detached(engine: Engine, words: Sequence[str]) -> Started | str:
    """Kept by the engine's daemon; what it complained about where it did not start."""
    done = engine.call("run", "--detach", *words)
    return Started(engine=engine) if done.returncode == 0 else done.stderr.decode("utf-8", "replace")


def _kept(engine: Engine, name: str, words: Sequence[str]) -> Started | str:
    """podman has no daemon: the container is a descendant of the command, and ends with it and with perfadvisor."""
    keeper = serve(Command(argv=engine.argv("run", *words), timeout_s=START_S))
    deadline, pause = time.monotonic() + START_S, 0.05
    while time.monotonic() < deadline and not keeper.wait(pause):
        running = engine.call("inspect", "--type=container", "--format={{.State.Running}}", name)
        if running.stdout.strip() == b"true" and keeper.running():
            return Started(engine=engine, keeper=keeper)
        pause = running.duration_s  # a slow machine would spend its time on being asked
    return keeper.stop().stderr.decode("utf-8", "replace") or f"it did not start within {START_S:.0f} s"


def removal(engine: Engine, name: str) -> tuple[str, ...]:
    """The subcommand that removes a container at once; harmless where it is gone."""
    return ("rm", "--force", *(("--time", "0") if engine.program == "podman" else ()), name)


def needed(engine: Engine) -> str:
    """The options this host made necessary, in words; "" where none were."""
    words = " ".join((*engine.options, *engine.run_options))
    return words if engine.program == "podman" else ""
