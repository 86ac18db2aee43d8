"""QEMUs are found among thousands of processes by their short names, and read with nothing else."""

from perfadvisor.facts.guest import process as guest_process
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.here.qemu_processes import qemu_processes


def process(root, pid, comm, cmdline):
    directory = root / "proc" / str(pid)
    directory.mkdir(parents=True)
    (directory / "comm").write_text(f"{comm}\n")
    (directory / "cmdline").write_bytes(b"\0".join(cmdline) + b"\0")
    (directory / "smaps_rollup").write_text("Rss: 4 kB\n")


def test_only_qemus_and_process_1_are_read(tmp_path):
    process(tmp_path, 1, "systemd", [b"/sbin/init"])
    process(tmp_path, 20, "qemu-system-x86", [b"/usr/bin/qemu-system-x86_64", b"-m", b"1G"])
    process(tmp_path, 30, "qemu-kvm", [b"/usr/libexec/qemu-kvm"])
    process(tmp_path, 40, "bash", [b"bash", b"qemu-system-x86_64"])
    (tmp_path / "proc" / "50").mkdir()  # ended meanwhile
    assert qemu_processes(str(tmp_path)) == ("20", "30")
    tree = capture(guest_process.PATTERNS, root=str(tmp_path))
    assert guest_process.looked(tree)
    assert guest_process.processes(tree).keys() == {"20", "30"}
    assert tree.read("/proc/40/cmdline") is None
    assert guest_process.memory(tree, "20").resident == 4096


def test_a_machine_without_proc(tmp_path):
    assert qemu_processes(str(tmp_path)) == ()
    assert not guest_process.looked(capture(guest_process.PATTERNS, root=str(tmp_path)))
