"""Job files of fio, read from where the user names them."""

import stat
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.tools.own.job_file import JobFile, TypedPlaces, workloads

SUFFIX = ".fio"
MOST_BYTES = 1 << 20


def load_job_file(path: Path, place: TypedPlaces) -> JobFile:
    """The workloads of a job file. InputError for one that cannot be read, or with what is wrong in it."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode) or state.st_size > MOST_BYTES:
            raise InputError(f"{path}: not a job file: no regular file of at most 1 MiB")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file", "give the path of a job file, or the name of a workload") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    return workloads(str(path), text, place)
