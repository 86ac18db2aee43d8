"""Every fact a rule may name: what is read from machines, from guest definitions, and from measured results."""

from collections.abc import Mapping
from functools import cache

from perfadvisor.analyse.results.catalogue import RESULT_CATALOGUE
from perfadvisor.facts.catalogue import CATALOGUE
from perfadvisor.model.fact import FactSpec


@cache
def known_facts() -> Mapping[str, FactSpec]:
    """Name -> catalogue entry."""
    return {**CATALOGUE, **{spec.name: spec for spec in RESULT_CATALOGUE}}
