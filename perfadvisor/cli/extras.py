"""Libraries that only some commands need, installed as extras."""

from importlib.util import find_spec

from perfadvisor.errors import InputError


def require(module: str, extra: str, what: str) -> None:
    """InputError, with how to install it, where a library is missing."""
    if find_spec(module) is None:
        raise InputError(f"{what} needs the Python package {module}", f"pip install 'perfadvisor[{extra}]'")
