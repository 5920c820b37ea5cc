"""A set-up to be examined, in the test's own process, and what was found."""

import ssl
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import trustme

from monitor.app import create_system_clock
from monitor.config.loader import parse_config
from monitor.doctor import examine_installation
from monitor.doctor.findings import Finding
from tests.support.installation import FETCH


def examined(
    folder: Path,
    *parts: str,
    fetch: str = "",
    environ: Mapping[str, str] | None = None,
    now: datetime | None = None,
    timeout: float = 5,
) -> list[Finding]:
    """Return what is found about a config; `fetch` are more lines of its section [fetch]."""
    settings = FETCH.replace("timeout = 5", f"timeout = {timeout}")
    text = "\n".join([settings, fetch, *parts])
    config = parse_config(text, path=folder / "config.toml", environ=environ or {})
    world = create_system_clock()
    return list(
        examine_installation(config, world if now is None else replace(world, now=lambda: now))
    )


def told(findings: list[Finding], about: str, name: str = "") -> list[tuple[str, str, str]]:
    """Return standing, text and remedy of what was found about one thing."""
    return [
        (one.severity, one.text, one.remedy)
        for one in findings
        if (one.about, one.name) == (about, name)
    ]


def sick(findings: list[Finding]) -> Finding:
    """Return the one thing that is wrong."""
    (found,) = [one for one in findings if one.severity == "wrong"]
    return found


def context_of(cert: trustme.LeafCert, *, certificates: int | None = None) -> ssl.SSLContext:
    """Return the context of a server that sends so many of its chain, None for all."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain = b"".join(blob.bytes() for blob in cert.cert_chain_pems[:certificates])
    _load(made, chain, cert.private_key_pem.bytes())
    return made


def self_signed(_: trustme.CA) -> ssl.SSLContext:
    """Return the context of a server whose certificate nobody but itself has signed."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca = trustme.CA()
    _load(made, ca.cert_pem.bytes(), ca.private_key_pem.bytes())
    return made


def _load(made: ssl.SSLContext, chain: bytes, key: bytes) -> None:
    with trustme.Blob(key + chain).tempfile() as path:
        made.load_cert_chain(path)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
