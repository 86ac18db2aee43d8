"""Starting an ephemeral guest of this host's own userspace through virtme-ng, and the two conversations with it."""

import contextlib
import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.facts.reading.reader import fields
from perfadvisor.targets.agent.guest_agent import GuestAgent
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import LocalServer, serve
from perfadvisor.targets.vm import kernel as vm_kernel
from perfadvisor.targets.vm.fixed import Identity
from perfadvisor.targets.vm.near import Place
from perfadvisor.targets.vm.options import VmOptions

BOOT_S, EMULATED_BOOT_S = 60.0, 240.0  # 15 s with KVM and a minute without on an idle machine
TWICE_EMULATED_BOOT_S = 900.0
TAIL_LINES = 15
SLOTS = 4  # ports into which devices are plugged while the guest runs
AGENT_NODE = "/dev/virtio-ports/org.qemu.guest_agent.0"
DONE_NODE = "/dev/virtio-ports/org.perfadvisor.done"
FOREVER_S = 1e9
# An emulator's pauses look like a broken clock; the one the kernel then takes costs an exit to QEMU at every look.
SLOW_OPTIONS = " tsc=reliable hpet=disable no_timer_check cryptomgr.notests"
PROGRAMS = "/usr"
ROOT, MOUNTS = "/run/root", "/run/root.mounts"
# Programs are read once and kept: the root virtme-ng mounts keeps nothing, so every start of a program would read it
# anew, also that of a tool which is measured. For the same reason the links of the root (/lib) are laid into a root in
# memory: they would be asked for with every library. Ports are named by udev, which may not have come to it.
SCRIPT = f"""#!/bin/sh
if [ "$1" != inside ]; then
  mount -t 9p -o ro,version=9p2000.L,trans=virtio,msize=512000,cache=loose programs {PROGRAMS}
  links=""; dirs=""
  for path in /*; do
    case $path in *[!a-zA-Z0-9/._-]*) continue;; /run) how=bind;; *) how=rbind;; esac
    if [ -h "$path" ]; then links="$links $path"
    elif [ -d "$path" ]; then dirs="$dirs {ROOT}$path"; echo "$path {ROOT}$path none $how 0 0" >>{MOUNTS}; fi
  done
  mkdir -p $dirs && cp -P $links {ROOT} && mount -a -T {MOUNTS} && exec chroot {ROOT} "$0" inside
fi
modprobe -a virtio_console virtio_blk virtio_net nvme e1000e igbvf 2>/dev/null
mkdir -p /run/agent /dev/virtio-ports
until [ -e {AGENT_NODE} ] && [ -e {DONE_NODE} ]; do
  for port in /sys/class/virtio-ports/*; do
    read -r name <"$port/name" || continue
    [ -e "/dev/virtio-ports/$name" ] || ln -s "../${{port##*/}}" "/dev/virtio-ports/$name"
  done
  sleep 0.1
done
exec qemu-ga --method=virtio-serial --path={AGENT_NODE} --statedir=/run/agent </dev/null >/dev/null 2>&1
"""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is booted: the options, with KVM or emulated, in which directory its sockets lie, who it is, QEMU's words
    for a NIC ("" for none), the program that is started as QEMU ("" for QEMU itself), whether the host is `slow`
    because it is emulated itself, and the NUMA node to which all of it is bound."""

    options: VmOptions
    kvm: bool
    directory: Path
    identity: Identity
    nic: str = ""
    program: str = ""
    slow: bool = False
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class RunningGuest:
    """A running guest; `pid` is QEMU's own process id."""

    process: LocalServer
    pid: int
    monitor: JsonSocket
    agent: GuestAgent
    emulated: bool

    def end(self) -> str:
        """Stop it, and return the end of its console."""
        self.monitor.close()
        self.agent.close()
        return tail(self.process.stop().stderr)


def boot(recipe: Recipe) -> RunningGuest:
    """A guest whose agent answers. MeasureError, with the end of its console, where that does not come in time."""
    started = time.monotonic()
    limit_s = TWICE_EMULATED_BOOT_S if recipe.slow else BOOT_S if recipe.kvm else EMULATED_BOOT_S
    script = recipe.directory / "guest.sh"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    for name in ("monitor", "agent", "done"):
        (recipe.directory / name).unlink(missing_ok=True)
    command = Command(argv=argv(recipe, script), timeout_s=FOREVER_S, environment=vm_kernel.vng_environment())
    process = serve(command)
    with contextlib.ExitStack() as undo:
        undo.callback(process.stop)
        try:
            monitor = JsonSocket(_socket(recipe, "monitor", process, started + limit_s), "QEMU")
            undo.callback(monitor.close)
            monitor.ask("qmp_capabilities", timeout_s=30.0)
            talk = _socket(recipe, "agent", process, started + limit_s)
            agent = GuestAgent(talk, recipe.directory / "done", DONE_NODE)
            undo.callback(agent.close)
            _wait_for_answer(agent, process, started + limit_s)
        except MeasureError as error:
            said = tail(process.stop().stderr)
            raise MeasureError(f"the guest did not start: {error.message}; its console ends with:\n{said}") from error
        undo.pop_all()
    return RunningGuest(
        process=process, pid=_pid(monitor), monitor=monitor, agent=agent, emulated=recipe.slow or not recipe.kvm
    )


def _pid(monitor: JsonSocket) -> int:
    """The process that a vCPU's thread belongs to: between us and QEMU stand virtme-ng and a keeper."""
    thread = int(monitor.ask("query-cpus-fast")[0]["thread-id"])
    return int(fields(Path(f"/proc/{thread}/status").read_text())["Tgid"])


def _wait_for_answer(agent: GuestAgent, process: LocalServer, deadline: float) -> None:
    while True:
        if not process.running():
            raise MeasureError("QEMU ended")
        with contextlib.suppress(MeasureError):
            agent.sync(timeout_s=3.0)
            return
        if time.monotonic() > deadline:
            raise MeasureError("its agent did not answer in time")


def _socket(recipe: Recipe, name: str, process: LocalServer, deadline: float) -> Path:
    path = recipe.directory / name
    while not path.exists():
        if not process.running():
            raise MeasureError("QEMU ended at once")
        if time.monotonic() > deadline:
            raise MeasureError("QEMU did not open its sockets")
        time.sleep(0.05)
    return path


def argv(recipe: Recipe, script: Path) -> tuple[str, ...]:
    """How virtme-ng is called."""
    options = recipe.options
    accelerator = () if recipe.kvm else ("--disable-kvm",)
    program = ("--qemu", recipe.program) if recipe.program else ()
    return (
        *(str(vm_kernel.vng()), "--run", vm_kernel.choose(), "--force-9p", "--verbose", *accelerator, *program),
        *("--cpus", str(options.cpus), "--memory", f"{options.memory_bytes >> 20}M", f"--rwdir={recipe.directory}"),
        *("--append", f"loglevel=4{SLOW_OPTIONS if recipe.slow else ''}"),
        *(f"--qemu-opts={' '.join(_qemu(recipe))}", "--", str(script)),
    )


def _qemu(recipe: Recipe) -> list[str]:
    where = recipe.directory
    name = recipe.identity.name.replace(",", ",,")
    words = [f"-name {shlex.quote(f'guest={name},debug-threads=on')}", f"-uuid {recipe.identity.uuid}"]
    words += ["-machine q35", "-object iothread,id=disk-thread", "-device virtio-9p-pci,fsdev=usr,mount_tag=programs"]
    words.append(f"-fsdev local,id=usr,path={PROGRAMS},security_model=none,readonly=on,multidevs=remap")
    words += [f"-qmp unix:{where}/monitor,server=on,wait=off", "-device virtio-serial-pci,id=talk"]
    for name, port in (("agent", AGENT_NODE), ("done", DONE_NODE)):
        words.append(f"-chardev socket,path={where}/{name},server=on,wait=off,id={name}")
        words.append(f"-device virtserialport,bus=talk.0,chardev={name},name={port.rsplit('/', 1)[-1]}")
    words += [f"-device pcie-root-port,id=slot{n},bus=pcie.0,chassis={n + 10},slot={n + 10}" for n in range(SLOTS)]
    words += _memory(recipe)
    return [*words, recipe.nic] if recipe.nic else words


def _memory(recipe: Recipe) -> list[str]:
    """Where its pages come from, unless it is anywhere and of ordinary ones."""
    pages, place = recipe.options.huge_page_bytes, recipe.place
    if not pages and place is None:
        return []
    size = f"size={recipe.options.memory_bytes}" + (f",hugetlb=on,hugetlbsize={pages}" if pages else "")
    bound = f",host-nodes={place.node},policy=bind" if place else ""
    return [f"-object memory-backend-memfd,id=memory,share=on,{size}{bound} -machine memory-backend=memory"]


def keep_on(guest: RunningGuest, cpus: tuple[int, ...]) -> None:
    """All threads of QEMU, and those it starts later, on these CPUs."""
    for thread in Path(f"/proc/{guest.pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # a helper that ended meanwhile
            os.sched_setaffinity(int(thread.name), cpus)


def pin(guest: RunningGuest, cpus: tuple[int, ...]) -> None:
    """Each vCPU's thread on a host CPU of its own, in order. MeasureError where a CPU does not exist."""
    for vcpu, cpu in zip(guest.monitor.ask("query-cpus-fast"), cpus, strict=False):
        try:
            os.sched_setaffinity(vcpu["thread-id"], {cpu})
        except OSError as error:
            raise MeasureError(f"pin: CPU {cpu}: {error.strerror}", "see lscpu") from error


def tail(console: bytes) -> str:
    """The last lines of a console, fit for a terminal."""
    lines = console.decode("utf-8", "replace").replace("\0", "").splitlines()
    return "\n".join("".join(letter for letter in line if letter.isprintable()) for line in lines[-TAIL_LINES:])
