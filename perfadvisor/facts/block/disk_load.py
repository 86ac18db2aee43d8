"""What a disk did while it was watched (`iostat -x`): how busy it was, how long requests took and waited."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("disk_load", Nature.MEASURED)

BUSY = _spec("busy_share", float, "share of the time in which it had requests", Unit.RATIO)
READS = _spec("reads_per_s", float, "reads completed", Unit.PER_SECOND)
WRITES = _spec("writes_per_s", float, "writes completed", Unit.PER_SECOND)
READ_WAIT = _spec("read_wait_ms", float, "mean time of a read, waiting included", Unit.MILLISECONDS)
WRITE_WAIT = _spec("write_wait_ms", float, "mean time of a write, waiting included", Unit.MILLISECONDS)
QUEUED = _spec("requests_mean", float, "mean number of requests waiting or under way", Unit.COUNT)
BLOCK = _spec("block", str, "the disk", refers_to="block", nature=Nature.IDENTITY)
CATALOGUE: tuple[FactSpec, ...] = (BUSY, READS, WRITES, READ_WAIT, WRITE_WAIT, QUEUED, BLOCK)
