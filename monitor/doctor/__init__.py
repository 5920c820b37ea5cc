"""Trying everything that watching needs, and saying what to do about what does not work.

Each part is tried apart, step by step as a check or a message would need it, and nothing is
changed: no message is sent, nothing is written. The only network is the sources', the channels'
and the heartbeat's own. One module a part; `finding` is what they all yield, `reaching` is how far
one gets to a server, `certificates` is what is wrong with TLS.
"""

from collections.abc import Iterator
from functools import partial

from monitor.config.sections import USER_AGENT
from monitor.doctor.channels import examine_channel
from monitor.doctor.database import examine_database
from monitor.doctor.finding import Finding
from monitor.doctor.heartbeat import examine_heartbeat
from monitor.doctor.listings import Listings
from monitor.model.configured import Config
from monitor.model.world import World
from monitor.store.condition import addressed, remembered
from monitor.text.counting import counted

__all__ = ["Finding", "examine"]


def examine(config: Config, world: World) -> Iterator[Finding]:
    """Try everything, and yield what is found as it is found; raises nothing."""
    yield from _config(config)
    yield from examine_database(config.store_path, world)
    past = partial(remembered, config.store_path)
    with Listings(config.fetch, world, past) as listings:
        for source in config.sources:
            yield from listings.examine(source)
        yield from listings.clock()
    for channel in config.channels:
        yield from examine_channel(channel, world)
    for name in sorted(addressed(config.store_path) - {one.name for one in config.channels}):
        yield _gone(name)
    if config.health.heartbeat is not None:
        yield from examine_heartbeat(config.health.heartbeat)


def _gone(channel: str) -> Finding:
    return Finding(
        about="channel",
        name=channel,
        standing="wrong",
        text="messages wait for it, and the config has it no more",
        remedy='put it back under this name to have them sent; with kind = "terminal" they are'
        " printed once, and done with",
    )


def _config(config: Config) -> Iterator[Finding]:
    told = ", ".join(
        (
            counted(len(config.sources), "source"),
            counted(len(config.watches), "watch", "watches"),
            counted(len(config.channels), "channel"),
        )
    )
    yield Finding(about="config", standing="ok", text=f"{config.path}: {told}")
    for warning in config.warnings:
        yield Finding(about="config", standing="warning", text=warning)
    if config.fetch.user_agent == USER_AGENT:
        yield Finding(
            about="config",
            standing="warning",
            text="the sites are not told whom to write to if monitor gives them trouble",
            remedy='set [fetch] user_agent = "monitor (+mailto:you@example.com)"',
        )
