"""What a service is made of: the command, the files, the user, and the secrets' variables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.config.secret import variable
from monitor.model.configured import (
    AppriseChannel,
    Config,
    EmailChannel,
    Secret,
    WebhookChannel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One installation: `command` starts monitor, `folder` is where its database is written.

    `variables` are the environment variables in which its secrets stand.
    """

    command: tuple[str, ...]
    config: Path
    folder: Path
    user: str
    uid: int
    gid: int
    variables: tuple[str, ...]

    @property
    def environment(self) -> Path:
        """The file in which a service finds those variables, one NAME=value a line."""
        return self.config.with_name("monitor.env")


def variables(settings: Config) -> tuple[str, ...]:
    """Return the environment variables that a config mentions, each once."""
    names = (variable(secret) for secret in _secrets(settings))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _secrets(settings: Config) -> Iterator[Secret]:
    for channel in settings.channels:
        match channel:
            case EmailChannel(password=Secret() as password):
                yield password
            case WebhookChannel():
                yield channel.url
                if channel.secret is not None:
                    yield channel.secret
            case AppriseChannel():
                yield channel.url
    for secret in (settings.fetch.proxy, settings.health.heartbeat):
        if secret is not None:
            yield secret
