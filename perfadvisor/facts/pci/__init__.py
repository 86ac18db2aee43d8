"""Facts of PCI functions: what they are, their links and the way up, and the IOMMU above them."""
