"""Verified TLS, built only for https and as cheaply as the machine allows.

Reading a bundle of 140 roots costs 40 ms; a certificate folder is read on demand and costs nothing.
"""

import os
import ssl
from pathlib import Path

from monitor.errors import MonitorError


def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return a client context that verifies names and chains against the system's roots.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured as OpenSSL does. `ca_file` adds certificates
    (PEM), such as an intermediate that the site forgets to send.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_roots(made)
    if ca_file is not None:
        try:
            made.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise MonitorError(f"{ca_file}: no certificates could be read from this") from error
        # A given intermediate is trusted by itself: its root need not be known.
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return made


def _load_roots(made: ssl.SSLContext) -> None:
    paths = ssl.get_default_verify_paths()
    if paths.capath and "SSL_CERT_FILE" not in os.environ and _is_hashed(Path(paths.capath)):
        made.load_verify_locations(capath=paths.capath)
    elif paths.cafile:
        made.load_verify_locations(cafile=paths.cafile, capath=paths.capath)
    else:
        import certifi  # noqa: PLC0415 - only where the system has no roots

        made.load_verify_locations(cafile=certifi.where())


def _is_hashed(folder: Path) -> bool:
    """Tell whether a folder holds certificates under the names that OpenSSL looks up."""
    return folder.is_dir() and any(name.suffix == ".0" for name in folder.iterdir())
