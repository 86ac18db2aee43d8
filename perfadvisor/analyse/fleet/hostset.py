"""Sets of hosts as whole numbers, bit i for host i: ten thousand hosts take 1,250 bytes, and joining or counting them
takes microseconds."""

HostSet = int


def numbers(hosts: HostSet) -> list[int]:
    """The numbers of the hosts in the set, rising."""
    return [number for number, bit in enumerate(f"{hosts:b}"[::-1]) if bit == "1"]
