"""A whole installation for tests: a config file, a database, and `monitor` as a real process."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

FETCH = """
[fetch]
user_agent = "monitor-test (+mailto:test@example.org)"
attempts = 1
timeout = 5
delay = 0
"""

WATCHES = """
[[watch]]
name = "steel"
any = ["steel", "TRQ", "anti-dumping"]

[[watch]]
name = "gulf"
query = '(UAE OR Qatar OR "Saudi Arabia") NOT football'
"""


def source(name: str, url: str, **more: object) -> str:
    """Return a [[source]]."""
    extra = "".join(f"{key} = {json.dumps(value)}\n" for key, value in more.items())
    return f'[[source]]\nname = "{name}"\nkind = "motir"\nurl = "{url}"\n{extra}'


def bot(url: str, **more: object) -> str:
    """Return a signed webhook [[channel]]."""
    settings = {"name": "bot", "kind": "webhook", "url": url, "secret": SECRET, **more}
    lines = (f"{key} = {json.dumps(value)}" for key, value in settings.items())
    return "\n".join(["[[channel]]", *lines, ""])


def desk(port: int, **more: object) -> str:
    """Return a mail [[channel]] to a plain server on loopback."""
    settings = {
        "name": "desk",
        "kind": "email",
        "to": ["desk@example.com"],
        "from": "monitor@example.com",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        **more,
    }
    lines = (f"{key} = {json.dumps(value)}" for key, value in settings.items())
    return "\n".join(["[[channel]]", *lines, ""])


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, as one JSON document."""
        return json.loads(self.out)


class Stage:
    """A folder with a config, and commands run in it; each may take `patience` seconds."""

    patience = 60.0

    def __init__(self, folder: Path, *parts: str) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.db = folder / "monitor.db"
        self.configure(*parts)

    def configure(self, *parts: str) -> None:
        """Write the config anew."""
        self.config.write_text("\n".join([FETCH, *parts]), encoding="utf-8")
        self.config.chmod(0o600)

    def start(
        self, *args: str, env: Mapping[str, str] | None = None, **options: Any
    ) -> "subprocess.Popen[str]":
        """Start a command and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", *args],
            cwd=self.folder,
            env=env or environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **options,
        )

    def run(self, *args: str, stdin: str | None = None) -> Done:
        """Run a command to its end."""
        with self.start(*args, stdin=subprocess.PIPE) as process:
            out, err = process.communicate(stdin, timeout=self.patience)
        done = Done(process.returncode, out, err)
        assert "Traceback" not in done.err, done.err
        return done

    def once(self, *args: str) -> Any:
        """Run one check and return its summary; the exit code must fit it."""
        done = self.run("--once", "--json", *args)
        summary = done.json
        failed = any(one["error"] for one in summary["sources"]) or summary["failed"]
        assert done.code == (1 if failed else 0), done
        return summary

    def settle(self) -> None:
        """Check until no article page is waiting to be read."""
        waiting = "SELECT count(*) FROM waiting WHERE due_at <= strftime('%Y-%m-%dT%H:%M:%fZ')"
        self.once()
        while self.rows(waiting) != [(0,)]:
            self.once()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database something, as a stranger would."""
        with closing(sqlite3.connect(self.db)) as conn:
            return conn.execute(sql, values).fetchall()


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which `python -m monitor` is this checkout's."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more}


@contextmanager
def in_folder(folder: Path) -> Iterator[None]:
    """Work in a folder for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
