"""The ways out, one transport a file. Each is imported when a message goes through it.

`prepare` is pure and runs where the message is decided: what it returns is frozen in the outbox and
sent unchanged on every attempt, as long as the channel's `form` is the same. `send` is the only
thing in the program that reaches people.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from monitor.errors import DeliveryError, MonitorError
from monitor.model.configured import (
    AppriseChannel,
    Channel,
    EmailChannel,
    TerminalChannel,
    WebhookChannel,
    WebhookFormat,
)
from monitor.model.told import Delivery, Letter


def prepare(channel: Channel, letter: Letter) -> bytes:
    """Return what `channel` is to carry, the same for every attempt."""
    match channel:
        case TerminalChannel():
            from monitor.render import terminal

            return terminal.compose(letter).encode()
        case EmailChannel():
            from monitor.render import mail

            return mail.render(letter, sender=channel.sender, to=channel.to)
        case WebhookChannel():
            return _form(channel.format)(letter)
        case AppriseChannel():
            from monitor.render import apprise

            return apprise.render(letter)


def form(channel: Channel) -> str:
    """Return what `prepare` goes by, in words: what it made for another form fits no more."""
    match channel:
        case EmailChannel():
            return f"email from {channel.sender} to {', '.join(channel.to)}"
        case WebhookChannel():
            return f"webhook {channel.format}"
        case _:
            return channel.kind


def _form(name: WebhookFormat) -> Callable[[Letter], bytes]:
    match name:
        case "standard":
            from monitor.render import standard

            return standard.render
        case "slack":
            from monitor.render import slack

            return slack.render
        case "discord":
            from monitor.render import discord

            return discord.render
        case "teams":
            from monitor.render import teams

            return teams.render
        case "ntfy":
            from monitor.render import ntfy

            return ntfy.render


def send(channel: Channel, delivery: Delivery, *, now: datetime, out: TextIO) -> None:
    """Send a prepared message; DeliveryError, saying whether to try again, if it was not taken.

    `out` is where a terminal channel prints.
    """
    try:
        _send(channel, delivery, now, out)
    except DeliveryError:
        raise
    except MonitorError as error:  # a password or address that is not where the config says
        raise DeliveryError(str(error)) from error


def _send(channel: Channel, delivery: Delivery, now: datetime, out: TextIO) -> None:
    match channel:
        case TerminalChannel():
            from monitor.channels import terminal

            terminal.send(delivery, out)
        case EmailChannel():
            from monitor.channels import email

            email.send(channel, delivery)
        case WebhookChannel():
            from monitor.channels import webhook

            webhook.send(channel, delivery, now)
        case AppriseChannel():
            from monitor.channels import apprise

            apprise.send(channel, delivery)
