"""From workloads and environments to results on disk: the part that measures."""

from perfadvisor.runner.request import Request
from perfadvisor.runner.session import measure, resume
from perfadvisor.runner.work import RunOutcome

__all__ = ["Request", "RunOutcome", "measure", "resume"]
