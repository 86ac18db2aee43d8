"""Optional Python packages: what each extra of pyproject.toml holds, and the command that adds it here."""

import sys
import zipfile
from pathlib import Path
from shlex import quote

EXTRAS = {
    "fleet": ("ansible-core>=2.16", "ansible-runner>=2.4", "dask>=2024.8", "distributed>=2024.8"),
    "libvirt": ("libvirt-python>=9",),
    "parquet": ("pyarrow>=16",),
    "postgres": ("psycopg[binary]>=3.1",),
    "vm": ("virtme-ng>=1.30",),
}


def how_to_add(extra: str) -> str:
    """The command that adds the packages of an extra to the Python that runs now. It names the packages themselves:
    `perfadvisor[extra]` would ask a registry for a package named perfadvisor."""
    packages = " ".join(quote(each) for each in EXTRAS[extra])
    if zipfile.is_zipfile(sys.argv[0]):
        place = "~/perfadvisor-extras"
        added = f"export PYTHONPATH={place} PATH={place}/bin:$PATH"
        return f"python3 -m pip install --target {place} {packages} && {added}"
    if "pipx" in Path(sys.prefix).parts:
        return f"pipx inject perfadvisor {packages}"
    return f"{quote(sys.executable)} -m pip install {packages}"
