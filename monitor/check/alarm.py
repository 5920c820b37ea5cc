"""After a check: whether the operator has to be told of trouble with the watching, or of its end.

What is told follows from the log of checks alone, whoever wrote it: so a crash between a check and
this look, or another process, changes nothing but who tells. A look at a source that is well costs
one read; what more it takes (`telling`) is imported when needed.
"""

from collections.abc import Sequence

from monitor.model.configured import Channel, Source
from monitor.model.operator import Operator
from monitor.model.world import World
from monitor.store import calm
from monitor.store.database import Database


def look(source: Source, operator: Operator, db: Database, world: World) -> tuple[str, ...]:
    """Owe the operator word of a source, if there is any; return what is told, in words."""
    now = world.now()
    with db.reading() as conn:
        if calm.is_calm(conn, source.name, now):
            return ()
    from monitor.check.telling import Telling  # noqa: PLC0415 - most checks have nothing to tell

    with db.writing() as conn:
        return tuple(Telling(conn, source, operator, world).tell())


def forget_gone(
    db: Database, sources: Sequence[Source], channels: Sequence[Channel], world: World
) -> None:
    """Close what is wrong with sources and channels that are not in the config any more."""
    with db.reading() as conn:
        if not calm.has_open(conn):
            return
    from monitor.store import incidents  # noqa: PLC0415 - mostly all is well

    with db.writing() as conn:
        now = world.now()
        incidents.forget_gone(conn, "source", {one.name for one in sources}, now)
        incidents.forget_gone(conn, "channel", {one.name for one in channels}, now)
