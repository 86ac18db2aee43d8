"""What the kernel's log and settings of the whole machine say."""
