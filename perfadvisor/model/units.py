"""The closed list of units. Conversions happen where text is parsed; everything after that uses one of these."""

from enum import StrEnum


class Unit(StrEnum):
    """Unit of a fact or a sample; `NONE` for names, modes and yes/no values."""

    NONE = ""
    NANOSECONDS = "ns"
    MICROSECONDS = "us"
    MILLISECONDS = "ms"
    SECONDS = "s"
    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes_per_s"
    BITS_PER_SECOND = "bits_per_s"
    IOPS = "iops"
    PER_SECOND = "per_s"
    RATIO = "ratio"
    COUNT = "count"
    HERTZ = "hz"
    CELSIUS = "celsius"
    GIGATRANSFERS_PER_SECOND = "gt_per_s"
    LANES = "lanes"
    SECTORS = "sectors"
    PAGES = "pages"
    UNIX_TIME = "unix_s"
