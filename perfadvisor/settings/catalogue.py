"""Every setting by name."""

from collections.abc import Mapping
from difflib import get_close_matches

from perfadvisor.errors import InputError
from perfadvisor.settings import ethtool, files, shown, virtual_functions
from perfadvisor.settings.definitions import container, domain
from perfadvisor.settings.model import Field, Setting

_ALL = (*files.ALL, *ethtool.ALL, *shown.ALL, *virtual_functions.ALL, *domain.ALL, *container.ALL)
SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in _ALL}


def setting_of(name: str) -> tuple[Setting, Field]:
    """The setting and field meant by its own name ("block.scheduler"), by "GROUP.FIELD" ("nic.coalesce.rx_usecs") or by
    the fact that shows it ("nic.rx_usecs"). InputError, with the nearest name, for anything else."""
    for setting in SETTINGS.values():
        for field in setting.fields:
            if name in (field.fact, f"{setting.name}.{field.name}") or (
                name == setting.name and len(setting.fields) == 1
            ):
                return setting, field
    known = [
        name for setting in SETTINGS.values() for name in (setting.name, *(field.fact for field in setting.fields))
    ]
    near = get_close_matches(name, [one for one in known if one], n=1)
    raise InputError(
        f"no setting is called {name!r}", f"did you mean {near[0]}?" if near else "perfadvisor settings list"
    )
