"""TLS contexts that verify certificates, built as cheaply as the machine allows.

Reading a bundle of 140 roots takes 40 ms. OpenSSL reads a hashed certificate folder on demand, at
no initial cost.
"""

import os
import ssl
from pathlib import Path

from monitor.errors import MonitorError


def create_tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return a client context that verifies names and chains against the system's roots.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` work as in OpenSSL. `ca_file` adds certificates (PEM), such
    as an intermediate that the site does not send; raise MonitorError if it cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_system_roots(context)
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise MonitorError(f"{ca_file}: no certificates could be read from this") from error
        # Trust an intermediate in ca_file even if its root is unknown.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load_system_roots(context: ssl.SSLContext) -> None:
    paths = ssl.get_default_verify_paths()
    if paths.capath and "SSL_CERT_FILE" not in os.environ and _is_hashed_folder(Path(paths.capath)):
        context.load_verify_locations(capath=paths.capath)
    elif paths.cafile:
        context.load_verify_locations(cafile=paths.cafile, capath=paths.capath)
    else:
        import certifi  # noqa: PLC0415 - only where the system has no roots

        context.load_verify_locations(cafile=certifi.where())


def _is_hashed_folder(folder: Path) -> bool:
    """Return whether a folder contains certificates under the hashed names of OpenSSL."""
    return folder.is_dir() and any(file.suffix == ".0" for file in folder.iterdir())
