"""The profile of tuned that is in force."""

from perfadvisor.model.fact import FactSpec, Nature

PROFILE = FactSpec(
    name="tuned.profile", type=str, nature=Nature.SETTING, meaning="profile of tuned in force; none where none is"
)
CATALOGUE: tuple[FactSpec, ...] = (PROFILE,)
