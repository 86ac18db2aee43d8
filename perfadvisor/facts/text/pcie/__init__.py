"""What programs other than lspci print about the PCI functions of a machine."""
