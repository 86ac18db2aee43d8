"""This machine itself."""

from perfadvisor.specs.kind import EnvironmentOptions

LOCAL = EnvironmentOptions(
    name="local",
    meaning="this machine",
    opener="perfadvisor.targets.here.local:open_local",
    on_our_disk=True,
)
