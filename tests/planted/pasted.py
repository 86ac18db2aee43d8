"""What programs print of containers, connections and queues (tests/planted/paste.sh, tests/planted/record.py): the
rules that must tell the bad ones from the good."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """In this file of tests/data/planted the rule fires on one subject and is clear on the other, each known by how its
    name ends."""

    file: str
    rule: str
    fires_on: str
    clear_on: str


PASTED = (
    Pasted(file="pasted-here", rule="container-io-capped", fires_on="whole", clear_on="part"),
    Pasted(file="pasted-here", rule="container-cap-on-partition", fires_on="part", clear_on="whole"),
    Pasted(file="pasted-here", rule="network-rate-set", fires_on="near", clear_on="lo"),
    Pasted(file="pasted-here", rule="network-socket-receiver-limited", fires_on=":5012", clear_on=":5011"),
    Pasted(file="sockets", rule="network-socket-receiver-limited", fires_on=":5012", clear_on=":5013"),
    Pasted(file="pasted-server", rule="container-io-capped", fires_on="whole", clear_on="part"),
    Pasted(file="pasted-server", rule="container-cap-on-partition", fires_on="part", clear_on="whole"),
    Pasted(file="pasted-server", rule="container-memlock-vfio", fires_on="tight", clear_on="wide"),
    Pasted(file="pasted-server", rule="network-rate-set", fires_on="near", clear_on="lo"),
    Pasted(file="pasted-server", rule="network-socket-receiver-limited", fires_on=":5012", clear_on=":5013"),
    Pasted(file="pasted-server", rule="numa-process-memory-spread", fires_on="1049", clear_on="1050"),
    Pasted(file="pasted-third", rule="container-io-capped", fires_on="whole", clear_on="part"),
    Pasted(file="pasted-third", rule="container-cap-on-partition", fires_on="part", clear_on="whole"),
    Pasted(file="pasted-third", rule="container-memlock-vfio", fires_on="tight", clear_on="wide"),
    Pasted(file="pasted-third", rule="network-rate-set", fires_on="near", clear_on="lo"),
    Pasted(file="pasted-third", rule="network-socket-receiver-limited", fires_on=":5012", clear_on=":5013"),
    Pasted(file="pasted-third", rule="numa-process-memory-spread", fires_on="744", clear_on="745"),
    Pasted(file="pasted-uneven", rule="container-io-capped", fires_on="whole", clear_on="part"),
    Pasted(file="pasted-uneven", rule="container-cap-on-partition", fires_on="part", clear_on="whole"),
    Pasted(file="pasted-uneven", rule="container-memlock-vfio", fires_on="tight", clear_on="wide"),
    Pasted(file="pasted-uneven", rule="network-rate-set", fires_on="near", clear_on="lo"),
    Pasted(file="pasted-uneven", rule="network-socket-buffer-limited", fires_on=":5011", clear_on=":5013"),
    Pasted(file="pasted-uneven", rule="network-socket-receiver-limited", fires_on=":5012", clear_on=":5013"),
    Pasted(file="pasted-uneven", rule="numa-process-memory-spread", fires_on="802", clear_on="803"),
    Pasted(file="pasted-libvirt", rule="vm-nic-capped", fires_on="capped0", clear_on="free0"),
)
OF_FILES = {"irq-softirq-one-cpu-seen": ("mpstat-bad", "mpstat-good")}
"""Rule -> the file where it fires, and the one where it is clear."""
