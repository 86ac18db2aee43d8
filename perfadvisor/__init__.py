"""perfadvisor measures the I/O of a Linux machine, reads its configuration and advises from both together.

The names below are the public API, described in perfadvisor.api; they are loaded when they are first asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perfadvisor.api import advise, facts_of, figures, load, samples
    from perfadvisor.errors import InputError, PerfAdvisorError

__version__ = "0.1.0"
__all__ = ["InputError", "PerfAdvisorError", "__version__", "advise", "facts_of", "figures", "load", "samples"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("perfadvisor.errors" if name.endswith("Error") else "perfadvisor.api"), name)
