"""Packs: the workloads, suites and rules people write as YAML, read into the values of `perfadvisor.model`."""
