"""A MariaDB server under test."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.sql.server import folder, free_port, running, wait_for

_USER = "mysql"
PASSWORD = "p-for-tests"
_ROLES = f"""
CREATE USER hisops@'%' IDENTIFIED BY '{PASSWORD}';
GRANT PROCESS, SLAVE MONITOR ON *.* TO hisops@'%';
CREATE USER copy@'%' IDENTIFIED BY '{PASSWORD}';
GRANT REPLICATION SLAVE ON *.* TO copy@'%';
CREATE DATABASE his;
CREATE TABLE his.bed (id TINYINT AUTO_INCREMENT PRIMARY KEY, ward VARCHAR(20)) ENGINE=InnoDB;
INSERT INTO his.bed VALUES (120, 'icu');
GRANT SELECT ON his.* TO hisops@'%';
"""


@dataclass
class Server:
    """Where it is, and the process group that it is."""

    path: Path
    port: int
    pid: int

    @property
    def target(self) -> str:
        """As a module's target."""
        return f"127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        """Path of the unix socket."""
        return f"{self.path}/sock"

    def sql(self, text: str) -> str:
        """Run statements as the superuser."""
        argv = ["mariadb", "--no-defaults", "-N", "-B", "-S", self.socket, "-u", "root"]
        done = subprocess.run(argv, input=text, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    @contextlib.contextmanager
    def session(self, text: str) -> Iterator[None]:
        """A session that has run these statements, or waits in them."""
        argv = ["mariadb", "--no-defaults", "-n", "-S", self.socket, "-u", "root", "his"]
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdin is not None
        try:
            child.stdin.write(text + "\n")
            child.stdin.flush()
            yield
        finally:
            child.kill()
            child.communicate()


@contextlib.contextmanager
def server(number: int = 1, *extra: str) -> Iterator[Server]:
    """A fresh server with the monitoring role."""
    with folder(_USER) as path:
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={path}/data", "--auth-root-authentication-method=normal",
             "--skip-test-db", "--skip-log-bin", "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0"],
            user=_USER, group=_USER, extra_groups=[], cwd=path, check=True, capture_output=True,
        )  # fmt: skip
        port = free_port()
        argv = [
            "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={path}/data", f"--socket={path}/sock",
            f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={path}/pid", f"--server-id={number}",
            "--log-bin=bin", "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-name-resolve",
            "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M", "--performance-schema=off", *extra,
        ]  # fmt: skip
        with running(argv, _USER, path) as child:
            made = Server(path, port, child.pid)
            wait_for(lambda: child.poll() is not None or _accepts(made))
            assert child.poll() is None, (path / "log").read_text()
            made.sql(_ROLES)
            yield made


def _accepts(server: Server) -> bool:
    argv = ["mariadb-admin", "--no-defaults", "-S", server.socket, "-u", "root", "ping"]
    return subprocess.run(argv, check=False, capture_output=True).returncode == 0
