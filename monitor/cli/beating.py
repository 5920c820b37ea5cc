"""The heartbeat of a one-shot run: where one is configured, and only then, this is imported."""

from collections.abc import Callable, Iterator, Sequence

from monitor import vitals
from monitor.check import Report
from monitor.cli.output import say
from monitor.deliver import Tally
from monitor.errors import MonitorError
from monitor.heartbeat import beat
from monitor.model.configured import Config, Secret
from monitor.store.database import open_database
from monitor.text.counting import counted
from monitor.zones import zone_named

Round = Callable[[], tuple[Sequence[Report], Tally]]


def with_heartbeat(settings: Config, heartbeat: Secret, work: Round) -> int:
    """Do a round and tell the heartbeat's address how it went; return the round's exit code.

    What went wrong before and has not come right counts there too: a message that only waits for
    its next attempt is no good sign. A heartbeat that is not taken is told, and changes nothing.
    """
    try:
        reports, tally = work()
    except MonitorError as error:  # a store that cannot be used, say
        _tell(beat(heartbeat, [str(error)], ""))
        raise
    sources = counted(len(reports), "source")
    messages = counted(tally.delivered, "message")
    well = f"checked {sources}, sent {messages}: all well"
    troubles = list(_troubles(reports, tally))
    _tell(beat(heartbeat, troubles or _standing(settings), well))
    return 1 if troubles else 0


def _troubles(reports: Sequence[Report], tally: Tally) -> Iterator[str]:
    for report in reports:
        if report.result.error is not None:
            yield f"{report.result.name}: {report.result.status}: {report.result.error}"
    for failure in tally.failures:
        yield f"not sent: {failure}"


def _standing(settings: Config) -> list[str]:
    with open_database(settings.store_path) as db, db.reading() as conn:
        return list(vitals.troubles(conn, settings, zone_named(settings.timezone)))


def _tell(trouble: str | None) -> None:
    if trouble is not None:
        say(f"monitor: {trouble}")
