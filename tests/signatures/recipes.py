"""The command that makes each signature on the file or device {image}."""

import os
import secrets
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

MIB = 1 << 20
PASSPHRASE = "printf test | cryptsetup --batch-mode --pbkdf-force-iterations 1000 --pbkdf pbkdf2 luksFormat"

# name: (MiB of the image, shell command)
COMMANDS: dict[str, tuple[int, str]] = {
    "ext2": (16, "mkfs.ext2 -q -F {image}"),
    "ext3": (16, "mkfs.ext3 -q -F {image}"),
    "ext4": (16, "mkfs.ext4 -q -F {image}"),
    "xfs": (320, "mkfs.xfs -q -f {image}"),
    "btrfs": (128, "mkfs.btrfs -q -f {image}"),
    "f2fs": (64, "mkfs.f2fs -q -f {image}"),
    "nilfs2": (160, "mkfs.nilfs2 -q -f {image}"),
    "jfs": (32, "mkfs.jfs -q {image}"),
    "reiserfs": (64, "mkfs.reiserfs -q -f -f {image}"),
    "reiser4": (32, "mkfs.reiser4 -y -f {image}"),
    "gfs2": (160, "mkfs.gfs2 -O -j 1 -J 32 -p lock_nolock {image}"),
    "ocfs2": (64, "mkfs.ocfs2 -q -F -M local --fs-feature-level=max-compat {image}"),
    "fat12": (4, "mkfs.fat -F 12 {image}"),
    "fat16": (32, "mkfs.fat -F 16 {image}"),
    "fat32": (64, "mkfs.fat -F 32 {image}"),
    "exfat": (16, "mkfs.exfat {image}"),
    "ntfs": (16, "mkfs.ntfs -q -Q -F {image}"),
    "udf": (16, "mkfs.udf {image}"),
    "bfs": (4, "mkfs.bfs {image}"),
    "minix": (4, "mkfs.minix {image}"),
    "minix3": (4, "mkfs.minix -3 {image}"),
    "cramfs": (4, "mkdir -p {image}.d && echo x > {image}.d/x && mkfs.cramfs {image}.d {image}.c && {copy}"),
    "squashfs": (4, "mkdir -p {image}.d && echo x > {image}.d/x && mksquashfs {image}.d {image}.c -quiet && {copy}"),
    "erofs": (4, "mkdir -p {image}.d && echo x > {image}.d/x && mkfs.erofs {image}.c {image}.d && {copy}"),
    "iso9660": (4, "mkdir -p {image}.d && echo x > {image}.d/x && genisoimage -quiet -o {image}.c {image}.d && {copy}"),
    "swap": (4, "mkswap {image}"),
    "swap of 64 KiB pages": (4, "mkswap --pagesize 65536 {image}"),
    "luks1": (4, PASSPHRASE + " --type luks1 {image} -"),
    "luks2": (32, PASSPHRASE + " --type luks2 {image} -"),
    "verity": (4, "truncate -s 1M {image}.c && veritysetup format {image}.c {image}"),
    "lvm": (16, "{lvm} pvcreate -qq -ff -y {image}"),
    "bcache cache": (128, "make-bcache --wipe-bcache -C {image}"),
    "bcache backing device": (16, "make-bcache --wipe-bcache -B {image}"),
    "drbd": (16, "drbdmeta --force 0 v08 {image} internal create-md"),
    "dos partitions": (4, "echo 2048,,L | sfdisk -q --label dos {image}"),
    "gpt partitions": (4, "echo ,,L | sfdisk -q --label gpt {image}"),
    "sun partitions": (16, "parted -s {image} mklabel sun"),
    "sgi partitions": (16, "echo ,,83 | sfdisk -q --label sgi {image}"),
    "mac partitions": (4, "parted -s {image} mklabel mac"),
    "bsd partitions": (4, "parted -s {image} mklabel bsd"),
    "amiga partitions": (16, "parted -s {image} mklabel amiga"),
    "dvh partitions": (16, "parted -s {image} mklabel dvh"),
    "pc98 partitions": (16, "parted -s {image} mklabel pc98"),
    "qcow2": (4, "qemu-img create -q -f qcow2 {image}.c 1G && {copy}"),
    "qed": (4, "qemu-img create -q -f qed {image}.c 1G && {copy}"),
    "vmdk": (4, "qemu-img create -q -f vmdk {image}.c 1G && {copy}"),
    "vdi": (4, "qemu-img create -q -f vdi {image}.c 1G && {copy}"),
    "vhd": (4, "qemu-img create -q -f vpc {image}.c 1G && {copy}"),
    "vhdx": (16, "qemu-img create -q -f vhdx {image}.c 1G && {copy}"),
    "parallels": (4, "qemu-img create -q -f parallels {image}.c 1G && {copy}"),
    "journal of ext4": (16, "mke2fs -q -F -O journal_dev {image}"),
    "hfs": (4, "hformat -f -l x {image}"),
    "apfs": (128, "mkapfs {image}"),
    "ufs": (4, "mkdir -p {image}.d && echo x > {image}.d/x && makefs -t ffs -s 4m {image}.c {image}.d && {copy}"),
    "romfs": (1, "mkdir -p {image}.d && echo x > {image}.d/x && genromfs -f {image}.c -d {image}.d && {copy}"),
    "jffs2": (1, "mkdir -p {image}.d && echo x > {image}.d/x && mkfs.jffs2 -r {image}.d -o {image}.c && {copy}"),
    "ubifs": (
        8,
        "mkdir -p {image}.d && echo x > {image}.d/x && mkfs.ubifs -r {image}.d -m 2048 -e 126976 -c 50 -o {image}.c"
        " && {copy}",
    ),
    "ubi": (
        8,
        "printf '[a]\\nmode=ubi\\nvol_id=0\\nvol_size=1MiB\\nvol_type=dynamic\\nvol_name=x\\n' > {image}.d"
        " && ubinize -o {image}.c -m 2048 -p 128KiB {image}.d && {copy}",
    ),
    "atari partitions": (16, "parted -s {image} mklabel atari"),
    "thin pool metadata": (4, "echo '{thin}' > {image}.d && thin_restore -i {image}.d -o {image}"),
    "cache metadata": (4, "echo '{cache}' > {image}.d && cache_restore -i {image}.d -o {image}"),
    "era metadata": (
        4,
        "echo '{era}' > {image}.d && truncate -s 4M {image}.c && era_restore -i {image}.d -o {image}.c && {copy}",
    ),
    "zfs": (
        128,
        "zfs-fuse --no-kstat-mount && zpool create -m none -f {pool} {image} && zpool export {pool}; {end_zfs}",
    ),
    "PostgreSQL table": (
        4,
        "d=$(mktemp -d) && chown nobody $d && runuser -u nobody -- /usr/lib/postgresql/15/bin/initdb -D $d/a"
        " > /dev/null && cp $d/a/base/1/1259 {image}.c && {copy}",
    ),
    "MariaDB tablespace": (
        16,
        "d=$(mktemp -d) && echo | mariadbd --no-defaults --bootstrap --datadir=$d --user=root"
        " --innodb-data-file-path=ibdata1:12M && cp $d/ibdata1 {image}.c && {copy}",
    ),
    "Berkeley database": (4, "printf 'a\\nb\\n' | db5.3_load -T -t btree {image}.c && {copy}"),
    "LMDB database": (4, "printf 'a\\nb\\n' | mdb_load -n -T {image}.c && {copy}"),
}
# What takes a kernel with md and device mapper as modules: made in the lab. The second half of a pair is a file.
PAIR = "modprobe -a {modules}; truncate -s 64M {image}.b && b=$(losetup --show -f {image}.b) && {make}; losetup -d $b"
MD = "mdadm --create /dev/md/x --run --force --assume-clean"
MIRROR = "{md} --metadata={form} --level=1 --raid-devices=2 {image} $b && mdadm --stop /dev/md/x"
FIRMWARE = "IMSM_NO_PLATFORM=1 IMSM_DEVNAME_AS_SERIAL=1 {md} --metadata={form} --raid-devices=2 {image} $b && sync"
LAB_COMMANDS: dict[str, tuple[int, str]] = {
    f"mdadm {form}": (64, PAIR.replace("{make}", text).replace("{form}", form).replace("{modules}", "md-mod raid1"))
    for form, text in (
        ("0.90", MIRROR), ("1.0", MIRROR), ("1.1", MIRROR), ("1.2", MIRROR), ("ddf", FIRMWARE), ("imsm", FIRMWARE)
    )
} | {
    "integrity": (16, "modprobe dm-integrity; integritysetup format -q {image}"),
    "snapshot of device mapper": (
        16, PAIR.replace("{modules}", "dm-snapshot").replace(
            "{make}",
            "echo 0 131072 snapshot $b {image} P 8 | dmsetup create cow && dd if=/dev/urandom of=/dev/mapper/cow bs=64k"
            " count=4 conv=fsync status=none && dmsetup remove cow",
        ),
    ),
    "write cache": (
        16, PAIR.replace("{modules}", "dm-writecache").replace(
            "{make}",
            "echo 0 131072 writecache s $b {image} 4096 0 | dmsetup create wc && sync && dmsetup remove wc",
        ),
    ),
}  # fmt: skip
MAPPING = '<single_mapping origin_block="0" data_block="0" time="0"/>'
WORDS = {
    "{md}": MD,
    "{thin}": '<superblock uuid="" time="1" transaction="1" data_block_size="128" nr_data_blocks="9">'
    f'<device dev_id="1" mapped_blocks="1" transaction="0" creation_time="0" snap_time="0">{MAPPING}</device>'
    "</superblock>",
    "{cache}": '<superblock uuid="" block_size="128" nr_cache_blocks="9" policy="smq" hint_width="4">'
    '<mappings><mapping cache_block="0" origin_block="0" dirty="false"/></mappings></superblock>',
    "{era}": '<superblock uuid="" block_size="128" nr_blocks="9" current_era="1"><era_array>'
    '<era block="0" era="1"/></era_array></superblock>',
    "{pool}": "perfadvisor-signature",
    "{end_zfs}": "kill $(pidof zfs-fuse)",
    "{copy}": "dd if={image}.c of={image} conv=notrunc status=none",
    "{lvm}": "LVM_SYSTEM_DIR=/nowhere LVM_SUPPRESS_FD_WARNINGS=1",
}


def command(name: str, image: str) -> str:
    """The shell command for one of them."""
    text = (COMMANDS | LAB_COMMANDS)[name][1]
    for word, stands_for in WORDS.items():
        text = text.replace(word, stands_for)
    return text.replace("{image}", image)


def at(offset: int, data: bytes, size: int = 0) -> Callable[[Path], None]:
    """Writes these bytes there, into a new sparse image where it has a size."""

    def write(image: Path) -> None:
        with image.open("wb" if size else "r+b") as file:
            if size:
                file.truncate(size)
            file.seek(offset)
            file.write(data)

    return write


def _sqlite(image: Path) -> None:
    database = image.with_suffix(".sqlite")
    with sqlite3.connect(database) as connection:
        connection.execute("create table t (x)")
    at(0, database.read_bytes())(image)


def _tar(image: Path) -> None:
    archive = image.with_suffix(".tar")
    with tarfile.open(archive, "w") as file:
        file.add(os.devnull, arcname="x")
    at(0, archive.read_bytes())(image)


def _zfs(image: Path) -> None:
    """A label as zpool writes it, at least its array of uberblocks: magic, version, number of the transaction group."""
    block = b"".join(number.to_bytes(8, "little") for number in (0x00BAB10C, 5000, 4))
    for label in (0, 256 << 10):
        at(label + (128 << 10) + 4096, block)(image)


# What no tool here writes, or none is needed for: by the formats' own documents.
BYTES: dict[str, tuple[int, Callable[[Path], None]]] = {
    "sqlite database": (1, _sqlite),
    "tar archive": (1, _tar),
    "zfs label": (4, _zfs),
    "raid 0.90": (1, at(MIB - (64 << 10), bytes.fromhex("fc4e2ba9 00000000 5a000000"))),  # linux/raid/md_p.h
    "raid 1.0": (1, at(MIB - (8 << 10), bytes.fromhex("fc4e2ba9 01000000"))),
    "raid 1.1": (1, at(0, bytes.fromhex("fc4e2ba9 01000000"))),
    "raid 1.2": (1, at(4096, bytes.fromhex("fc4e2ba9 01000000"))),
    "AIX label": (1, at(0, bytes.fromhex("c9c2d4c1"))),
    "bcachefs": (1, at(0x1018, bytes.fromhex("c68573f666ce90a9d96a60cf803df7ef"))),
    "BitLocker": (1, at(0, b"\xeb\x58\x90-FVE-FS-" + bytes(499) + b"\x55\xaa")),
    "ReFS": (1, at(3, b"ReFS\0\0\0\0")),
    "APFS": (1, at(0x20, b"NXSB")),
    "HFS+": (1, at(0x400, b"H+\0\4")),
    "VMFS": (2, at(1 << 20, b"\x0d\xd0\x01\xc0")),
    "VDO": (1, at(0, b"dmvdo001")),
    "Stratis": (1, at(0x204, b"!Stra0tis\x86\xff\x02^\x41rh")),
    "BlueStore": (1, at(0, b"bluestore block device\n" + b"0" * 36)),
    "Oracle ASM": (1, at(0x20, b"ORCLDISK")),
    "InnoDB page": (1, at(0, bytes.fromhex("a1b2c3d4") + bytes(20) + b"\x00\x08")),
    "hibernation": (1, at(4086, b"S1SUSPEND")),
    "random data": (1, at(0, secrets.token_bytes(MIB))),
    "one block of ones": (16, at(0xABC000, b"\xff" * 4096)),
    "one bit": (16, at(16 * MIB - 1, b"\x01")),
}
