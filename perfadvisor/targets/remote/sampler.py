"""The gauges' reader for machines that offer only a shell: it runs beside the tool in a container, guest or far host.

One POSIX script starts the tool and reads a few files of /proc once a second with the shell's own `read`, so that each
reading forks nothing but one `sleep`. Rows come back between the tool's own lines on standard error.

Whose threads are runnable is known by `PERFADVISOR_TASK` in a process's environment: the tool and the far end of a
network test are ours, everything else is other work. Times of the tool's threads come from
/proc/PID/task/TID/schedstat, which needs no privileges: time on a CPU, and time runnable but waiting for one
(Documentation/scheduler/sched-stats.rst). The wait grows with other load and with a CPU quota alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MARK = "@perfadvisor-gauge"
SECTOR_BYTES = 512  # of /proc/diskstats, whatever the disk's own sectors are (Documentation/admin-guide/iostats.rst)
TICKS_PER_S = 100  # USER_HZ of /proc/PID/stat on every Linux architecture that perfadvisor runs on
NS_PER_TICK = 1e9 / TICKS_PER_S

SCRIPT = r"""
disk=$1; program=${2##*/}; cpus=$(unset OMP_NUM_THREADS OMP_THREAD_LIMIT; nproc 2>/dev/null); shift
sample() {
  trap 'exit 0' TERM
  read -r me _ </proc/self/stat
  others=; softirq=  # the far end is the same program; its environment is only read then, byte by byte in some shells
  for d in /proc/[0-9]*; do
    p=${d#/proc/}
    [ "$p" = $$ ] || [ "$p" = "$me" ] && continue
    read -r comm 2>/dev/null <"$d/comm" || continue
    case $comm in
      ksoftirqd*) softirq="$softirq $p"; continue ;;
      "$program") ;;
      *) continue ;;
    esac
    while read -r line || [ -n "$line" ]; do
      case $line in *PERFADVISOR_TASK=*) others="$others $p"; break ;; esac
      line=
    done 2>/dev/null <"$d/environ"
  done
  pause=0.5
  while sleep $pause </dev/null >/dev/null 2>&1 && [ -d /proc/$$ ]; do
    pause=1
    read -r up _ </proc/uptime
    tools=; read -r tools 2>/dev/null </proc/$$/task/$$/children
    own=0; delay=; busy=; tool=; user=; system=
    while [ -n "$tools" ]; do  # and all that it started
      below=
      for p in $tools; do
        [ "$p" = "$me" ] && continue
        tool="$tool $p"
        for t in /proc/$p/task/*/children; do
          kids=; read -r kids 2>/dev/null <"$t"; below="$below $kids"
        done
      done
      tools=${below# }; case $below in *[0-9]*) ;; *) tools= ;; esac
    done
    ours=$tool  # the tool may have been seen at the start, too
    for p in $others; do case " $tool " in *" $p "*) ;; *) ours="$ours $p" ;; esac; done
    for p in $ours; do
      for t in /proc/$p/task/*; do
        line=; read -r line 2>/dev/null <"$t/stat"
        case ${line##*) } in R*) own=$((own + 1)) ;; esac
      done
    done
    for p in $tool; do
      for t in /proc/$p/task/*; do
        if read -r on wait _ 2>/dev/null <"$t/schedstat"; then busy="$busy+$on"; delay="$delay+$wait"; fi
      done
    done
    soft=0
    for p in $softirq; do
      line=; read -r line 2>/dev/null <"/proc/$p/stat"
      case ${line##*) } in R*) soft=$((soft + 1)) ;; esac
    done
    running=; read -r _ _ _ running _ 2>/dev/null </proc/loadavg
    read_s=; wrote_s=
    if [ -n "$disk" ]; then
      while read -r _ _ name _ _ rs _ _ _ ws _; do
        if [ "$name" = "$disk" ]; then read_s=$rs; wrote_s=$ws; fi
      done 2>/dev/null </proc/diskstats
    fi
    for p in $ours $me; do
      line=; read -r line 2>/dev/null <"/proc/$p/stat"
      set -- ${line##*) }
      user="$user+${12:-0}+${14:-0}"; system="$system+${13:-0}+${15:-0}"
    done
    read -r _ all nice kernel _ 2>/dev/null </proc/stat
    echo "@perfadvisor-gauge up=$up running=${running%%/*} own=$own soft=$soft busy=0$busy delay=0$delay" \
      "cpus=$cpus read=$read_s wrote=$wrote_s ticks=$((${12:-0} + ${13:-0} + ${14:-0} + ${15:-0}))" \
      "all=0+$all+$nice kernel=$kernel user=0$user system=0$system" >&2
  done
}
read -r up _ </proc/uptime
echo "@perfadvisor-gauge began=$up" >&2
sample </dev/null >/dev/null &
sampler=$!
"$@"; code=$?
kill "$sampler" 2>/dev/null; wait "$sampler" 2>/dev/null
exit "$code"
"""

_WORD = re.compile(r"\b(\w{1,32})=([0-9.+]*)")  # bounded: without that, a long word costs the square of its length


def wrapped(argv: Sequence[str], *, block: str = "") -> tuple[str, ...]:
    """The command with the reader beside it; `block` is the disk on the way as that machine names it, "" for none."""
    return ("sh", "-c", SCRIPT, "sampler", block, *argv)


def split(stderr: bytes) -> tuple[bytes, tuple[Mapping[str, Any], ...]]:
    """The tool's own standard error, and the rows that were read meanwhile, as `facts.trial.gauges` sums them up."""
    mark = MARK.encode()
    lines = stderr.splitlines(keepends=True)
    own = b"".join(line for line in lines if not line.startswith(mark))
    texts = [line.decode("ascii", "replace") for line in lines if line.startswith(mark)]
    return own, tuple(_rows([dict(_WORD.findall(text)) for text in texts]))


def _rows(words: Sequence[Mapping[str, str]]) -> Iterator[Mapping[str, Any]]:
    began, ticks = None, 0.0
    for word in words:
        if "began" in word:
            began = _number(word["began"])
            continue
        up = _number(word.get("up"))
        if began is None or up is None:
            continue
        spent = _number(word.get("ticks")) or ticks
        row = {"t": round(up - began, 3), "cost_s": max(0.0, spent - ticks) / TICKS_PER_S, **_gauges(word)}
        ticks = spent
        yield {name: value for name, value in row.items() if value is not None}


def _gauges(word: Mapping[str, str]) -> dict[str, float | None]:
    running, own, soft = (_number(word.get(name)) for name in ("running", "own", "soft"))
    return {
        "procs_running": running,
        "own_runnable": own,
        "tool_runnable": own,
        # the reader itself is always among the runnable ones
        "other_runnable": None if running is None or own is None else running - own - (soft or 0.0) - 1.0,
        "cpus": _number(word.get("cpus")),
        "tool_cpu_ns": _sum(word.get("busy")),
        "tool_wait_ns": _sum(word.get("delay")),
        "user_ns": _scaled(_sum(word.get("all")), NS_PER_TICK),
        "system_ns": _scaled(_number(word.get("kernel")), NS_PER_TICK),
        "our_user_ns": _scaled(_sum(word.get("user")), NS_PER_TICK),
        "our_system_ns": _scaled(_sum(word.get("system")), NS_PER_TICK),
        "disk_read_bytes": _scaled(_number(word.get("read")), SECTOR_BYTES),
        "disk_write_bytes": _scaled(_number(word.get("wrote")), SECTOR_BYTES),
    }


def _sum(text: str | None) -> float | None:
    """ "0+12+30" -> 42.0; "0" alone means that there was no thread to look at."""
    numbers = [_number(part) for part in (text or "").split("+")[1:]]
    return sum(number for number in numbers if number is not None) if numbers else None


def _scaled(count: float | None, unit: float) -> float | None:
    return None if count is None else count * unit


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
