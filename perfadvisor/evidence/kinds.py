"""Every kind of output that a bundle may hold, a row of a table each. Where two fit alike, the first counts."""

import re

from perfadvisor.evidence.table import devices, guests, machine, others

KINDS = (*others.FIRST, *devices.KINDS, *machine.KINDS, *guests.KINDS, *others.MEASURED, *others.LAST)
ANY_HEAD = re.compile("|".join(f"(?:{kind.head.pattern.removeprefix('(?i)')})" for kind in KINDS))
