"""Free ports on loopback, remembered from start to start."""

import json
import os
import random
import socket
from collections.abc import Iterable
from pathlib import Path

from promptrails.private_files import write_private

# Below the range that systems hand out for outgoing connections (Linux: 32768 and up), also after
# 10,000 is added for the gRPC port that SeaweedFS derives.
LOWEST, HIGHEST = 11_000, 22_000
LOOPBACK = "127.0.0.1"
Ports = dict[str, int]


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # a port that only waits for old connections to fade is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def remembered(path: Path) -> Ports:
    try:
        return {str(name): int(port) for name, port in json.loads(path.read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def choose(path: Path, names: Iterable[str], derived: int = 0) -> Ports:
    """A free port for each of `names`: the remembered one where it is still free; remembers the answer.

    `derived`: the port that far above must be free as well.
    """
    old, ports = remembered(path), Ports()
    for name in names:
        port = old.get(name, 0)
        while not usable(port, derived) or port in ports.values():
            port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 (not a secret)
        ports[name] = port
    write_private(path, json.dumps(ports))
    return ports


def usable(port: int, derived: int) -> bool:
    return LOWEST <= port < HIGHEST and is_free(port) and (not derived or is_free(port + derived))
