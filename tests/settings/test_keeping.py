"""The files that make settings last: each kind with its subject found again, hostile text made harmless."""

import pytest

from perfadvisor.settings.keeping import Lasting, files, why_not


def text_of(setting: str, subject: str, identity: dict[str, str] | None = None, **values: str) -> tuple[str, str]:
    (file,) = files("a-rule", "t", [Lasting(setting=setting, subject=subject, values=values, identity=identity or {})])
    return file.path, "\n".join(line for line in file.text.splitlines() if not line.startswith("#"))


UDEV = "etc/udev/rules.d/90-perfadvisor-a-rule.rules"
BLOCK = 'ACTION=="add|change", SUBSYSTEM=="block", '
NET = 'ACTION=="add|change", SUBSYSTEM=="net", '


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            text_of("sysctl", "net/ipv4/tcp_rmem", sysctl="4096 131072 67108864"),
            ("etc/sysctl.d/90-perfadvisor-a-rule.conf", "net.ipv4.tcp_rmem = 4096 131072 67108864"),
        ),
        (
            text_of("block.scheduler", "sda", {"device/wwid": "naa.5000"}, scheduler="none"),
            (UDEV, BLOCK + 'ATTRS{wwid}=="naa.5000", ATTR{queue/scheduler}="none"'),
        ),
        (
            text_of("block.scheduler", "vda", {"serial": ""}, scheduler="none"),
            (UDEV, BLOCK + 'KERNEL=="vda", ATTR{queue/scheduler}="none"'),
        ),
        (
            text_of("nic.coalesce", "eth0", {"address": "02:fc:00:00:00:01"}, adaptive_rx="off", rx_usecs="8"),
            (
                UDEV,
                NET + 'ATTR{address}=="02:fc:00:00:00:01", '
                'RUN+="/usr/sbin/ethtool -C $name adaptive-rx off rx-usecs 8"',
            ),
        ),
        (
            text_of("nic.mtu", "lo", {"address": "00:00:00:00:00:00"}, mtu="9000"),
            (UDEV, NET + 'KERNEL=="lo", ATTR{mtu}="9000"'),
        ),
        (
            text_of("memory.thp_enabled", "", thp_enabled="madvise"),
            (
                "etc/tmpfiles.d/90-perfadvisor-a-rule.conf",
                'w "/sys/kernel/mm/transparent_hugepage/enabled" - - - - madvise',
            ),
        ),
    ],
)
def test_each_kind_of_file(file, expected) -> None:
    assert file == expected


def test_text_of_a_machine_cannot_leave_its_place() -> None:
    hostile = '1"\nATTR{x}="2", RUN+="/bin/sh'
    _, text = text_of("block.scheduler", "sda", {"serial": hostile}, scheduler=hostile)
    assert len(text.splitlines()) == 1
    assert text.count('"') == 8, "as many quotes as without it"
    _, text = text_of("memory.thp_enabled", "", thp_enabled="%h\nw /etc/passwd - - - - x")
    assert len(text.splitlines()) == 1 and "%%h" in text


def test_an_interrupts_affinity_is_not_kept() -> None:
    wanted = Lasting(setting="irq.affinity", subject="30", values={"affinity": "0"}, identity={})
    assert files("r", "t", [wanted]) == ()
    assert "interrupt numbers change" in why_not(wanted)
