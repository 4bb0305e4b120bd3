#!/usr/bin/env python3
"""A private PostgreSQL, Redis and Elasticsearch on loopback, for tests and for trying the production profile.

    eval "$(python3 tools/services.py start --test)"    start them and set DATABASE_URL and the like
    python3 tools/services.py env | status | stop       for the ones that run
    python3 tools/services.py run --test -- COMMAND     start, run the command with them, stop

Options: --dir FOLDER (default: var/services), --pg-port N, --redis-port N, --es-port N (default: any free port),
--test (faster, unsafe: what PostgreSQL holds may be lost when the computer stops),
--only postgres|redis|elasticsearch.

Elasticsearch needs a JDK 21 or newer, and Maven to build it once (tools/elasticsearch_node); where they are missing
the others start without it, unless it is asked for by --only.

Nothing outside the folder is touched, but for what tools/elasticsearch_node is built into. Everyone with an account on
this computer can reach the servers (trust on loopback): they are for test data. Started as root, PostgreSQL and Redis
run as the system user `postgres`.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / "tools" / "elasticsearch_node"
ROLES = ROOT / "deploy" / "postgres" / "roles.sql"
OLDEST_POSTGRES = 15
DATABASE = "enlace"
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes, file name included


class Problem(Exception):
    """Something a person can put right."""


@dataclass
class State:
    """What runs where; kept as services.json in the folder."""

    data: str
    user: str = ""
    pg_port: int = 0
    pg_pid: int = 0
    redis_port: int = 0
    redis_pid: int = 0
    es_port: int = 0
    es_pid: int = 0

    @property
    def postgres(self) -> Path:
        return Path(self.data, "postgres")

    @property
    def redis(self) -> Path:
        return Path(self.data, "redis")

    @property
    def elasticsearch(self) -> Path:
        return Path(self.data, "elasticsearch")

    @property
    def postgres_data(self) -> Path:
        return self.postgres / "data"

    def find_pids(self) -> None:
        """Ask the pid files, and the system whether those processes are still ours (a pid is given out again)."""
        self.pg_pid = read_pid(self.postgres_data / "postmaster.pid")
        if not runs(self.pg_pid, str(self.postgres_data)):
            self.pg_pid = 0
        self.redis_pid = read_pid(self.redis / "redis.pid")
        if not runs(self.redis_pid, "redis-server"):
            self.redis_pid = 0
        self.es_pid = read_pid(self.elasticsearch / "node.pid")
        if not runs(self.es_pid, str(self.elasticsearch)):
            self.es_pid = 0

    def exports(self) -> dict[str, str]:
        found = {}
        if self.pg_port and self.pg_pid:
            found["DATABASE_URL"] = f"postgresql://app@127.0.0.1:{self.pg_port}/{DATABASE}"
            found["DATABASE_OWNER_URL"] = f"postgresql://owner@127.0.0.1:{self.pg_port}/{DATABASE}"
        if self.redis_port and self.redis_pid:
            found["REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        if self.es_port and self.es_pid:
            found["ELASTICSEARCH_URL"] = f"http://127.0.0.1:{self.es_port}"
        return found


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


# --- running things as somebody else ----------------------------------------------------


def service_user() -> str:
    """PostgreSQL refuses to run as root: then it gets a system user without rights. Empty = ourselves."""
    if os.geteuid() != 0:
        return ""
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Problem("Started as root, but there is no system user `postgres` or `nobody` to run PostgreSQL as.")


def as_user(user: str, command: Sequence[str | Path]) -> list[str]:
    words = [str(word) for word in command]
    if not user:
        return words
    if runuser := shutil.which("runuser", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        return [runuser, "-u", user, "--", *words]
    return ["su", user, "-s", "/bin/sh", "-c", shlex.join(words)]


def call(user: str, command: Sequence[str | Path], what: str) -> str:
    """Run to the end and return the output; a failure says what was tried and what the program said.

    Its output goes to a file, not a pipe: a server that it leaves behind would keep a pipe open for ever.
    """
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            as_user(user, command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": "/"},
            check=False,
        )
        output.seek(0)
        text = output.read().decode(errors="replace").strip()
    if done.returncode:
        raise Problem(f"{what} failed:\n{text}")
    return text


def program(name: str, *folders: str) -> Path:
    for folder in ("", *folders):
        found = shutil.which(name, path=folder or None)
        if found:
            return Path(found)
    raise Problem(
        f"The program {name} was not found. On Debian and Ubuntu: apt install postgresql redis-server; "
        "macOS with Homebrew: brew install postgresql@15 redis"
    )


def postgres_program(name: str) -> Path:
    """From the newest PostgreSQL there is; Debian keeps them out of PATH."""
    patterns = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
    folders = sorted(
        (str(path) for pattern in patterns for path in Path("/").glob(pattern)),
        key=lambda folder: [int(part) for part in "".join(c if c.isdigit() else " " for c in folder).split()] or [0],
        reverse=True,
    )
    for folder in folders:
        if found := shutil.which(name, path=folder):
            return Path(found)
    return program(name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port(wanted: int, before: int) -> int:
    """The port asked for, or the one of last time, or any; never one that somebody else listens on."""
    if wanted:
        if not is_free(wanted):
            raise Problem(f"Port {wanted} is in use. Choose another one, or leave it out for any free port.")
        return wanted
    return before if before and is_free(before) else free_port()


# --- the folder -------------------------------------------------------------------------


def default_folder() -> Path:
    return (ROOT / os.environ.get("ENLACE_VAR", "var")).resolve() / "services"


def read_state(folder: Path) -> State | None:
    """What is recorded there, with the pids of what really runs (0 = not running)."""
    try:
        state = State(**json.loads((folder / "services.json").read_text(encoding="utf-8")))
        state.find_pids()
        return state
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise Problem(
            f"{folder / 'services.json'} cannot be read ({error}). Remove the folder and start anew."
        ) from error


def write_state(folder: Path, state: State) -> None:
    draft = folder / "services.json.new"
    draft.write_text(json.dumps(asdict(state), indent=1) + "\n", encoding="utf-8")
    draft.replace(folder / "services.json")


def can_enter(user: str, folder: Path) -> bool:
    return subprocess.run(as_user(user, ["test", "-x", folder]), stderr=subprocess.DEVNULL, check=False).returncode == 0


def make_state(folder: Path) -> State:
    """Choose where the data lies: in the folder, unless the service user cannot get there (as under /root)."""
    user = service_user()
    data = folder
    if (user and not can_enter(user, folder)) or len(str(folder / "socket")) > LONGEST_SOCKET_PATH - 20:
        data = Path(tempfile.mkdtemp(prefix="enlace-services-"))
        data.chmod(0o755)
        say(f"{folder} does not suit the service user; the data lie in {data}")
    state = State(data=str(data), user=user)
    for path in (state.postgres, state.redis, Path(state.data, "socket")):
        path.mkdir(mode=0o700, exist_ok=True)
        if user:
            entry = pwd.getpwnam(user)
            os.chown(path, entry.pw_uid, entry.pw_gid)
    return state


def read_pid(path: Path) -> int:
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def runs(pid: int, name: str) -> bool:
    """True when the process is alive and its command line has that word."""
    if not pid:
        return False
    found = subprocess.run(["ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True)
    return found.returncode == 0 and name in found.stdout


# --- PostgreSQL -------------------------------------------------------------------------


def start_postgres(state: State, *, port: int, test: bool) -> None:
    if state.pg_pid:
        return
    initdb, pg_ctl, psql = (postgres_program(name) for name in ("initdb", "pg_ctl", "psql"))
    version = call("", [initdb, "--version"], "Asking PostgreSQL for its version").split()[2]
    if int(version.split(".")[0]) < OLDEST_POSTGRES:
        raise Problem(f"PostgreSQL {version} is too old: Enlace needs {OLDEST_POSTGRES} or newer.")
    data = state.postgres_data
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)  # an initdb that broke off
        began = time.monotonic()
        command: list[str | Path] = [
            initdb, "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--lc-messages=C", "--no-sync",
        ]  # fmt: skip
        try:
            call(state.user, [*command, "--locale=C.UTF-8"], "Making a PostgreSQL cluster")
        except Problem:  # a system without that locale
            shutil.rmtree(data, ignore_errors=True)
            call(state.user, [*command, "--no-locale"], "Making a PostgreSQL cluster")
        say(f"PostgreSQL {version}: cluster made in {time.monotonic() - began:.1f} s")
    for attempt in range(3):
        state.pg_port = choose_port(port, state.pg_port)
        settings = server_settings(state, test=test)
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        log = state.postgres / "server.log"
        command = [pg_ctl, "start", "-w", "-t", "60", "-s", "-D", data, "-l", log, "-o", options]
        try:
            call(state.user, command, "Starting PostgreSQL")
            break
        except Problem as problem:
            tail = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
            if attempt == 2 or port or not any("in use" in line for line in tail):
                raise Problem("\n".join([str(problem), *tail])) from problem
    state.pg_pid = read_pid(data / "postmaster.pid")
    call(
        state.user,
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", Path(state.data, "socket"), "-p", str(state.pg_port),
         "-U", "postgres", "-d", "postgres", "-f", readable_copy(state, ROLES)],
        "Making the roles",
    )  # fmt: skip
    say(f"PostgreSQL {version} listens on 127.0.0.1:{state.pg_port} (process {state.pg_pid})")


def server_settings(state: State, *, test: bool) -> dict[str, str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(state.pg_port),
        "unix_socket_directories": str(Path(state.data, "socket")),
        "max_connections": "100",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if test:  # nothing in it is worth a disk's patience
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_wal_size": "2GB",
            "autovacuum_naptime": "5min",
        }
    return settings


def readable_copy(state: State, path: Path) -> Path:
    """The service user may not be able to read the project folder."""
    copy = Path(state.data, path.name)
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o644)
    return copy


def stop_postgres(state: State) -> None:
    if state.pg_pid:
        call(
            state.user,
            [postgres_program("pg_ctl"), "stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", state.postgres_data],
            "Stopping PostgreSQL",
        )
    state.pg_pid = 0


# --- Redis ------------------------------------------------------------------------------


def start_redis(state: State, *, port: int) -> None:
    if state.redis_pid:
        return
    server = program("redis-server", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
    pid_file = state.redis / "redis.pid"
    log = state.redis / "redis.log"
    for attempt in range(3):
        state.redis_port = choose_port(port, state.redis_port)
        pid_file.unlink(missing_ok=True)
        command: list[str | Path] = [
            server, "--bind", "127.0.0.1", "--port", str(state.redis_port), "--dir", state.redis, "--daemonize", "yes",
            "--pidfile", pid_file, "--logfile", log, "--save", "", "--appendonly", "no",
        ]  # fmt: skip
        call(state.user, command, "Starting Redis")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if answers_ping(state.redis_port) and read_pid(pid_file):
                state.redis_pid = read_pid(pid_file)
                say(f"Redis listens on 127.0.0.1:{state.redis_port} (process {state.redis_pid})")
                return
            time.sleep(0.05)
        if port or attempt == 2:
            break
    tail = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
    raise Problem("\n".join(["Redis did not start:", *tail]))


def answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def stop_redis(state: State) -> None:
    if state.redis_pid:
        os.kill(state.redis_pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while runs(state.redis_pid, "redis-server"):
            if time.monotonic() > deadline:
                os.kill(state.redis_pid, signal.SIGKILL)
            time.sleep(0.05)
    state.redis_pid = 0


# --- Elasticsearch ----------------------------------------------------------------------


def start_elasticsearch(state: State, *, port: int, is_wanted: bool) -> None:
    """Build the node if its sources are newer, and start it. Only if it is wanted a missing JDK is an error."""
    if state.es_pid:
        return
    try:
        build_node()
    except Problem as problem:
        if is_wanted:
            raise
        say(f"Without Elasticsearch: {problem}")
        return
    for attempt in range(3):
        state.es_port = choose_port(port, state.es_port)
        # The cluster's own port, which nobody speaks to, lies a hundred above.
        if not port and (state.es_port > 65_000 or not is_free(state.es_port + 100)):
            state.es_port = 0
            continue
        answer = node("start", state.elasticsearch, str(state.es_port))
        state.es_pid = read_pid(state.elasticsearch / "node.pid") if not answer.returncode else 0
        if state.es_pid:
            say(f"Elasticsearch listens on 127.0.0.1:{state.es_port} (process {state.es_pid})")
            return
        (state.elasticsearch / "node.pid").unlink(missing_ok=True)
        if port or attempt == 2:
            break
        state.es_port = 0
    log = state.elasticsearch / "node.log"
    tail = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
    state.es_port = 0
    raise Problem("\n".join(["Elasticsearch did not start:", *tail]))


def node(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Call node.sh. Its output goes to a file, as the server that it leaves behind keeps what it inherits."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        done = subprocess.run(
            ["bash", NODE / "node.sh", *words], check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, output.read().strip())


def build_node() -> None:
    """Bring target/ up to date; two at once wait for each other."""
    target = NODE / "target"
    target.mkdir(exist_ok=True)
    with (target / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = target / "built"
        sources = [NODE / "pom.xml", *(path for path in (NODE / "src").rglob("*") if path.is_file())]
        if built.exists() and built.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
            if (answer := node("java")).returncode:
                raise Problem(answer.stdout)
            return
        began = time.monotonic()
        if (answer := node("build")).returncode:
            raise Problem("\n".join(answer.stdout.splitlines()[-12:]))
        built.touch()
        say(f"Elasticsearch: node built in {time.monotonic() - began:.1f} s")


def stop_elasticsearch(state: State) -> None:
    if state.es_pid:
        node("stop", state.elasticsearch)
    state.es_pid = 0


# --- commands ---------------------------------------------------------------------------


def start(folder: Path, wishes: argparse.Namespace) -> State:
    ours = {"lock", "postgres", "redis", "elasticsearch", "socket", "services.json", "services.json.new", ROLES.name}
    if folder.exists() and {path.name for path in folder.iterdir()} - ours:
        raise Problem(f"{folder} holds other things. Name an empty or a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read_state(folder)
        if state is None or not state.postgres.is_dir():
            state = make_state(folder)
        write_state(folder, state)
        try:
            if wishes.only in (None, "postgres"):
                start_postgres(state, port=wishes.pg_port, test=wishes.test)
            if wishes.only in (None, "redis"):
                start_redis(state, port=wishes.redis_port)
            if wishes.only in (None, "elasticsearch"):
                start_elasticsearch(state, port=wishes.es_port, is_wanted=wishes.only == "elasticsearch")
        except BaseException:
            stop_all(folder, state)
            raise
        write_state(folder, state)
    return state


def stop_all(folder: Path, state: State) -> None:
    stop_elasticsearch(state)
    stop_redis(state)
    stop_postgres(state)
    write_state(folder, state)


def stop(folder: Path) -> None:
    if not (folder / "services.json").exists():
        say(f"Nothing was started in {folder}.")
        return
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read_state(folder)
        if state:
            stop_all(folder, state)
    say("PostgreSQL, Redis and Elasticsearch are stopped.")


def running_state(folder: Path) -> State:
    return read_state(folder) or State(data=str(folder))


def show_exports(state: State) -> None:
    for name, value in state.exports().items():
        print(f"export {name}={shlex.quote(value)}")


def run_with_services(folder: Path, wishes: argparse.Namespace) -> int:
    """Start, run, stop; only what was started here is stopped."""
    if not wishes.command:
        raise Problem("Say what to run: tools/services.py run --test -- COMMAND")
    was_running = bool(running_state(folder).exports())
    state = start(folder, wishes)
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, frame: object) -> None:
        if child is not None and child.poll() is None:
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    try:
        child = subprocess.Popen(wishes.command, env={**os.environ, **state.exports()})
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command itself; we wait for it
        code = child.wait()
    except OSError as error:
        raise Problem(f"Cannot run {wishes.command[0]}: {error.strerror}") from error
    finally:
        if not was_running:
            stop(folder)
    return code if code >= 0 else 128 - code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("start", "stop", "status", "env", "run"))
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--pg-port", type=int, default=0)
    parser.add_argument("--redis-port", type=int, default=0)
    parser.add_argument("--es-port", type=int, default=0)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--only", choices=("postgres", "redis", "elasticsearch"))
    own, command = sys.argv[1:], []
    if "--" in own:
        cut = own.index("--")
        own, command = own[:cut], own[cut + 1 :]
    wishes = parser.parse_args(own)
    wishes.command = command
    folder = (wishes.dir or default_folder()).resolve()
    try:
        if wishes.what == "start":
            show_exports(start(folder, wishes))
        elif wishes.what == "stop":
            stop(folder)
        elif wishes.what == "run":
            return run_with_services(folder, wishes)
        else:
            state = running_state(folder)
            if wishes.what == "env":
                show_exports(state)
                return 0 if state.exports() else 1
            pg = f"127.0.0.1:{state.pg_port}, process {state.pg_pid}" if state.pg_pid else "not running"
            redis = f"127.0.0.1:{state.redis_port}, process {state.redis_pid}" if state.redis_pid else "not running"
            es = f"127.0.0.1:{state.es_port}, process {state.es_pid}" if state.es_pid else "not running"
            print(f"PostgreSQL: {pg}\nRedis: {redis}\nElasticsearch: {es}\nData: {state.data}")
    except Problem as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
