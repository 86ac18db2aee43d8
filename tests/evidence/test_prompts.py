"""Where an output begins, told by its line alone."""

import pytest

from perfadvisor.evidence import prompts
from tests.evidence import samples

THREADS = samples.DATA / "threads"
PROMPTS = """$ lscpu
+ ethtool -S eth0
host+ lspci
node1# cat /proc/mdstat
root@a:~# x
a:/tmp$ y
[root@a ~]# z
(venv) u@h ~ % uname -a
==> /proc/meminfo <==
# /proc/cmdline
```
~~~
[code]
[/code]
web1 | CHANGED | rc=0 >>
Defaulted container "a" out of: a, b
~# cat /proc/interrupts
/ # ethtool -k eth0
/etc/pve # qm config 100
~ $ lscpu
sudo numastat -m
cat /proc/interrupts
ip -s link
uname -r
lscpu -e
iperf3 -c host
$ ssh -p 22 root@b lspci -vv
"""


def lines() -> list[str]:
    files = [*samples.files(), *THREADS.iterdir()]
    return [line for file in files for line in file.read_text("utf-8", "replace").splitlines()]


@pytest.mark.parametrize("line", PROMPTS.splitlines())
def test_every_form_of_a_beginning_is_one(line: str) -> None:
    assert prompts.cut(line) is not None


def test_the_quick_look_leaves_no_beginning_out() -> None:
    looked = [line.strip() for line in lines() if len(line) <= 1000]
    assert [line for line in looked if prompts._begins(line, line) and not prompts.may_begin(line)] == []
