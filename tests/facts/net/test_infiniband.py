"""InfiniBand ports."""

from perfadvisor.facts.net import infiniband
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree


def test_facts() -> None:
    device = "/sys/devices/pci0000:80/0000:81:00.0/infiniband/mlx5_0"
    tree = Tree(
        {
            "/sys/class/infiniband/mlx5_0": Symlink("../../devices/pci0000:80/0000:81:00.0/infiniband/mlx5_0"),
            f"{device}/ports/1/rate": b"100 Gb/sec (4X EDR)\n",
            f"{device}/ports/1/state": b"4: ACTIVE\n",
        }
    )
    found = FactTable(infiniband.facts(tree))
    assert found.value("infiniband.rate", "mlx5_0/1") == "100 Gb/sec (4X EDR)"
    assert found.value("infiniband.lanes", "mlx5_0/1") == 4
    assert found.value("infiniband.state", "mlx5_0/1") == "4: ACTIVE"
    assert found.value("infiniband.link_layer", "mlx5_0/1") is None
    assert found.value("infiniband.pci_address", "mlx5_0/1") == "0000:81:00.0"
