"""Diagnosis of the whole setup, with a remedy for each failure.

Each part is examined separately, with the same steps as a check or a message. Nothing is changed:
no message is sent and no data is written. The only network connections are those of the sources,
the channels and the heartbeat. Each part has its own module, and all of them yield a `Finding`.
`network` connects to servers and explains TLS errors.
"""

from collections.abc import Iterator
from functools import partial

from monitor.clock import Clock
from monitor.config.sections import DEFAULT_USER_AGENT
from monitor.doctor.channels import examine_channel
from monitor.doctor.database import examine_database
from monitor.doctor.findings import Finding
from monitor.doctor.heartbeat import examine_heartbeat
from monitor.doctor.sources import SourceExaminer
from monitor.models.config import Config
from monitor.store.readonly import find_pending_channels, load_listing_history
from monitor.text.sanitize import pluralize

__all__ = ["Finding", "examine_installation"]


def examine_installation(config: Config, clock: Clock) -> Iterator[Finding]:
    """Examine every part, and yield each finding as soon as it is known; raises no errors."""
    yield from _examine_config(config)
    yield from examine_database(config.store_path, clock)
    load_history = partial(load_listing_history, config.store_path)
    with SourceExaminer(config.fetch, clock, load_history) as source_examiner:
        for source in config.sources:
            yield from source_examiner.examine_source(source)
        yield from source_examiner.examine_clock()
    for channel in config.channels:
        yield from examine_channel(channel, clock)
    for name in sorted(
        find_pending_channels(config.store_path) - {channel.name for channel in config.channels}
    ):
        yield _report_removed_channel(name)
    if config.health.heartbeat is not None:
        yield from examine_heartbeat(config.health.heartbeat)


def _report_removed_channel(channel_name: str) -> Finding:
    return Finding(
        about="channel",
        name=channel_name,
        severity="wrong",
        text="it has pending messages, but the config no longer has it",
        remedy='put it back under this name to have them sent; with kind = "terminal" they are'
        " printed once, and done with",
    )


def _examine_config(config: Config) -> Iterator[Finding]:
    summary = ", ".join(
        (
            pluralize(len(config.sources), "source"),
            pluralize(len(config.watches), "watch", "watches"),
            pluralize(len(config.channels), "channel"),
        )
    )
    yield Finding(about="config", severity="ok", text=f"{config.path}: {summary}")
    for warning in config.warnings:
        yield Finding(about="config", severity="warning", text=warning)
    if config.fetch.user_agent == DEFAULT_USER_AGENT:
        yield Finding(
            about="config",
            severity="warning",
            text="the sites cannot see whom to contact if monitor causes trouble",
            remedy='set [fetch] user_agent = "monitor (+mailto:you@example.com)"',
        )
