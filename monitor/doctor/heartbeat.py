"""The heartbeat's address: whether it is there, and its server can be reached. None is sent."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.doctor.finding import Ailment, Finding
from monitor.doctor.reaching import Place, reach
from monitor.errors import MonitorError
from monitor.heartbeat import LIMIT
from monitor.http.tls import context
from monitor.model.configured import Secret


def examine_heartbeat(heartbeat: Secret) -> Iterator[Finding]:
    """Yield whether a heartbeat could be sent."""
    try:
        parts = urlsplit(heartbeat.reveal().strip())
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
        trust = context() if parts.scheme == "https" else None
        reach(Place(parts.hostname or "", port, trust, "SSL_CERT_FILE"), LIMIT)
    except Ailment as ailment:
        yield ailment.found("heartbeat")
    except MonitorError as error:
        yield Ailment(str(error), "put it where [health] heartbeat says").found("heartbeat")
    else:
        told = f"{parts.scheme}://{parts.hostname} can be reached"
        yield Finding(about="heartbeat", standing="ok", text=told)
