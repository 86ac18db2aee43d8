"""Packs: the workloads, suites and rules people write as YAML, read into the values of `perfadvisor.model`."""

from perfadvisor.packs.rules import load_rules
from perfadvisor.packs.suites import load_suites
from perfadvisor.packs.workloads import load_workloads

__all__ = ["load_rules", "load_suites", "load_workloads"]
