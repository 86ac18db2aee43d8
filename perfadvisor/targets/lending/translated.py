"""This machine with the measured disk's DMA translated in a given way: an environment beside others, in turns."""

from perfadvisor.errors import MeasureError
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.changing import journal
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.lending import iommu_domain


class TranslatedTarget(LocalTarget):
    """The disk's IOMMU group is of the type `wanted` from `take` to `give`."""

    def __init__(self, spec: Spec, device: str, wanted: str) -> None:
        super().__init__(spec)
        self._device, self._wanted = device, wanted
        self._book = journal.begin()
        self._held = False

    @property
    def note(self) -> str:
        """Which kind of translation."""
        return f"the IOMMU group of {self._device} is {self._wanted} while it measures"

    def take(self) -> None:
        """Change the type of the group. MeasureError where the disk must stay as it is."""
        if not self._held:
            iommu_domain.change(iommu_domain.disk(self._device), self._wanted, self._book)
            self._held = True

    def give(self) -> None:
        """Change it back. MeasureError where the disk does not come back."""
        if self._held:
            self._held = False
            iommu_domain.change_back(iommu_domain.disk(self._device), self._book)

    def close(self) -> None:
        """Restore what is still changed."""
        for failure in self._book.close():
            raise MeasureError(f"{self.name}: could not be restored: {failure}", "perfadvisor restore")
