"""Magic numbers of what lies directly on a block device. They only give a name to what the guard found: whatever is
neither zeros nor one repeated pattern is refused also without a name.

libblkid knows most of them; this list names the others too (virtual machine images, databases, BitLocker, bcachefs),
and does not depend on the installed version. Offsets are from the device's first byte, negative ones from its end.
"""

from collections.abc import Iterator
from typing import NamedTuple

KIB = 1 << 10
HEAD_BYTES = (1 << 20) + 512  # VMFS lies behind the first mebibyte
TAIL_BYTES = 260 * KIB


class Magic(NamedTuple):
    """The bytes that stand at each of these offsets."""

    name: str
    bytes: bytes
    offsets: tuple[int, ...]


MAGICS = (
    Magic("ext2, ext3 or ext4 file system", b"\x53\xef", (0x438,)),
    Magic("XFS file system", b"XFSB", (0,)),
    Magic("Btrfs file system", b"_BHRfS_M", (0x10040,)),
    Magic("bcachefs file system", bytes.fromhex("c68573f666ce90a9d96a60cf803df7ef"), (0x1018,)),
    Magic("bcache device", bytes.fromhex("c68573f64e1a45ca8265f57f48ba6d81"), (0x1018,)),
    Magic("F2FS file system", b"\x10\x20\xf5\xf2", (0x400,)),
    Magic("NILFS2 file system", b"\x34\x34", (0x406,)),
    Magic("JFS file system", b"JFS1", (0x8000,)),
    Magic("ReiserFS file system", b"ReIsEr", (0x10034, 0x2034, 0x10000)),
    Magic("GFS2 file system", b"\x01\x16\x19\x70", (0x10000,)),
    Magic("OCFS2 file system", b"OCFSV2", (0x400, 0x800, 0x1000, 0x2000)),
    Magic("EROFS file system", b"\xe2\xe1\xf5\xe0", (0x400,)),
    Magic("SquashFS file system", b"hsqs", (0,)),
    Magic("romfs file system", b"-rom1fs-", (0,)),
    Magic("UBIFS file system", b"\x31\x18\x10\x06", (0,)),
    Magic("cramfs file system", b"\x45\x3d\xcd\x28", (0, 0x200)),
    Magic("Minix file system", b"\x7f\x13", (0x410,)),
    Magic("Minix file system", b"\x8f\x13", (0x410,)),
    Magic("Minix file system", b"\x68\x24", (0x410,)),
    Magic("Minix file system", b"\x78\x24", (0x410,)),
    Magic("Minix file system", b"\x5a\x4d", (0x418,)),
    Magic("ISO 9660 file system", b"CD001", (0x8001,)),
    Magic("UDF file system", b"NSR0", (0x8801, 0x9001, 0x9801)),
    Magic("HFS+ file system", b"H+", (0x400,)),
    Magic("HFS file system", b"BD", (0x400,)),
    Magic("APFS container", b"NXSB", (0x20,)),
    Magic("UBI volume", b"UBI#", (0,)),
    Magic("NTFS file system", b"NTFS    ", (3,)),
    Magic("exFAT file system", b"EXFAT   ", (3,)),
    Magic("ReFS file system", b"ReFS\0", (3,)),
    Magic("FAT file system", b"FAT12   ", (0x36,)),
    Magic("FAT file system", b"FAT16   ", (0x36,)),
    Magic("FAT file system", b"FAT32   ", (0x52,)),
    Magic("BitLocker volume", b"-FVE-FS-", (3,)),
    Magic("VMFS volume", b"\x0d\xd0\x01\xc0", (0x100000,)),
    Magic("LUKS volume", b"LUKS\xba\xbe", (0,)),
    Magic("LUKS volume", b"SKUL\xba\xbe", tuple(0x4000 << step for step in range(4))),
    Magic("LVM physical volume", b"LABELONE", (0, 0x200, 0x400, 0x600)),
    Magic("Linux RAID member", b"\xfc\x4e\x2b\xa9", (0, 0x1000, -0x2000, -0x3000, -0x10000, -0x20000)),
    Magic("DDF RAID member", b"\xde\x11\xde\x11", (-0x200,)),
    Magic("Intel RAID member", b"Intel Raid ISM Cfg Sig. ", (-0x400,)),
    Magic("DRBD device", b"\x83\x74\x02\x6d", (-0x1000 + 60,)),
    Magic("Stratis pool member", b"!Stra0tis\x86\xff\x02^\x41rh", (0x204, 0x1204)),
    Magic("thin pool metadata", (27022010).to_bytes(8, "little"), (0x20,)),
    Magic("dm-cache metadata", (0o6142003).to_bytes(8, "little"), (0x20,)),
    Magic("dm-era metadata", (2126579579).to_bytes(8, "little"), (0x20,)),
    Magic("dm-integrity volume", b"integrt\0", (0,)),
    Magic("dm-snapshot store", b"SnAp", (0,)),
    Magic("dm-writecache volume", (0x23489321).to_bytes(4, "little"), (0,)),
    Magic("VDO volume", b"dmvdo001", (0,)),
    Magic("ZFS pool member", b"\x0c\xb1\xba\x00\x00\x00\x00\x00", tuple(range(128 * KIB, 256 * KIB, KIB))),
    Magic("ZFS pool member", b"\x00\x00\x00\x00\x00\xba\xb1\x0c", tuple(range(128 * KIB, 256 * KIB, KIB))),
    Magic("swap area", b"SWAPSPACE2", tuple((page << 12) - 10 for page in (1, 2, 4, 8, 16))),
    Magic("hibernation image", b"S1SUSPEND", ((1 << 12) - 10,)),
    Magic("GUID partition table", b"EFI PART", (0x200, 0x1000, -0x200, -0x1000)),
    Magic("Apple partition map", b"ER\x02\x00", (0,)),
    Magic("BSD disk label", b"\x57\x45\x56\x82", (0x200, 0x40)),
    Magic("DOS partition table or boot sector", b"\x55\xaa", (0x1FE,)),
    Magic("Sun disk label", b"\xda\xbe", (0x1FC,)),
    Magic("qcow2 image", b"QFI\xfb", (0,)),
    Magic("QED image", b"QED\0", (0,)),
    Magic("VMDK image", b"KDMV", (0,)),
    Magic("VMDK image", b"COWD", (0,)),
    Magic("VMDK descriptor", b"# Disk DescriptorFile", (0,)),
    Magic("VDI image", b"\x7f\x10\xda\xbe", (0x40,)),
    Magic("VHD image", b"conectix", (0, -0x200)),
    Magic("VHDX image", b"vhdxfile", (0,)),
    Magic("Parallels image", b"WithoutFreeSpace", (0,)),
    Magic("Parallels image", b"WithouFreSpacExt", (0,)),
    Magic("Ceph BlueStore device", b"bluestore block device", (0,)),
    Magic("Oracle ASM disk", b"ORCLDISK", (0x20,)),
    Magic("SQLite database", b"SQLite format 3\0", (0,)),
    Magic("Berkeley DB database", b"\x62\x31\x05\x00", (12,)),
    Magic("LMDB database", b"\xde\xc0\xef\xbe", (16,)),
    Magic("tar archive", b"ustar", (0x101,)),
    Magic("gzip data", b"\x1f\x8b\x08", (0,)),
    Magic("xz data", b"\xfd7zXZ\0", (0,)),
    Magic("zstd data", b"\x28\xb5\x2f\xfd", (0,)),
)


def names(head: bytes, tail: bytes) -> Iterator[str]:
    """What stands in the first and the last bytes of a device, each once and in the order of the list."""
    found = (magic.name for magic in MAGICS if any(_stands(magic, offset, head, tail) for offset in magic.offsets))
    yield from dict.fromkeys(found)


def _stands(magic: Magic, offset: int, head: bytes, tail: bytes) -> bool:
    if offset >= 0:
        return head[offset : offset + len(magic.bytes)] == magic.bytes
    return len(tail) >= -offset and tail[len(tail) + offset :].startswith(magic.bytes)
