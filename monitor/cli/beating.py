"""The heartbeat of a one-shot run: where one is configured, and only then, this is imported."""

from collections.abc import Callable, Iterator, Sequence

from monitor.check import Report
from monitor.cli.parts import say
from monitor.deliver import Tally
from monitor.errors import MonitorError
from monitor.heartbeat import beat
from monitor.model.configured import Secret
from monitor.text.counting import counted

Round = Callable[[], tuple[Sequence[Report], Tally]]


def with_heartbeat(heartbeat: Secret, work: Round) -> int:
    """Do a round and tell the heartbeat's address how it went; return the round's exit code.

    A heartbeat that is not taken is told, and changes nothing: the round was what it was.
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
    _tell(beat(heartbeat, troubles, well))
    return 1 if troubles else 0


def _troubles(reports: Sequence[Report], tally: Tally) -> Iterator[str]:
    for report in reports:
        if report.result.error is not None:
            yield f"{report.result.name}: {report.result.status}: {report.result.error}"
    for failure in tally.failures:
        yield f"not sent: {failure}"


def _tell(trouble: str | None) -> None:
    if trouble is not None:
        say(f"monitor: {trouble}")
