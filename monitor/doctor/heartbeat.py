"""Examination of the heartbeat's URL and its server, without sending a heartbeat."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.doctor.findings import Finding, ProbeFailedError
from monitor.doctor.network import ServerAddress, check_connection
from monitor.errors import MonitorError
from monitor.http.tls import create_tls_context
from monitor.incidents.heartbeat import TIME_LIMIT
from monitor.models.config import Secret


def examine_heartbeat(heartbeat: Secret) -> Iterator[Finding]:
    """Yield a finding on whether a heartbeat can be sent."""
    try:
        parts = urlsplit(heartbeat.reveal().strip())
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
        tls_context = create_tls_context() if parts.scheme == "https" else None
        check_connection(
            ServerAddress(parts.hostname or "", port, tls_context, "SSL_CERT_FILE"), TIME_LIMIT
        )
    except ProbeFailedError as failure:
        yield failure.to_finding("heartbeat")
    except MonitorError as error:
        yield ProbeFailedError(str(error), "put it where [health] heartbeat says").to_finding(
            "heartbeat"
        )
    else:
        summary = f"{parts.scheme}://{parts.hostname} can be reached"
        yield Finding(about="heartbeat", severity="ok", text=summary)
