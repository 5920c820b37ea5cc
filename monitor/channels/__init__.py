"""Channels, one transport a file. Each is imported when a message goes through it.

`render_payload` is pure and runs when the message is decided. Its result is frozen in the outbox
and sent unchanged on every attempt, as long as `get_message_format` returns the same for the
channel. `send` is the only function in the program that reaches people.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from monitor.errors import DeliveryError, MonitorError
from monitor.models.config import (
    AppriseChannel,
    Channel,
    EmailChannel,
    TerminalChannel,
    WebhookChannel,
    WebhookFormat,
)
from monitor.models.notification import Delivery, OutgoingMessage


def render_payload(channel: Channel, message: OutgoingMessage) -> bytes:
    """Return the payload of a message for `channel`, the same for every attempt."""
    match channel:
        case TerminalChannel():
            from monitor.render import terminal

            return terminal.compose_message(message).encode()
        case EmailChannel():
            from monitor.render import email as render_email

            return render_email.render(message, sender=channel.sender, to=channel.to)
        case WebhookChannel():
            return _get_webhook_renderer(channel.format)(message)
        case AppriseChannel():
            from monitor.render import apprise

            return apprise.render_apprise(message)


def get_message_format(channel: Channel) -> str:
    """Return the channel's format in words; a payload in another format must be rendered anew."""
    match channel:
        case EmailChannel():
            return f"email from {channel.sender} to {', '.join(channel.to)}"
        case WebhookChannel():
            return f"webhook {channel.format}"
        case _:
            return channel.kind


def _get_webhook_renderer(format_name: WebhookFormat) -> Callable[[OutgoingMessage], bytes]:
    match format_name:
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

            return ntfy.render_ntfy


def send(channel: Channel, delivery: Delivery, *, now: datetime, out: TextIO) -> None:
    """Send a rendered message; raise DeliveryError, which says whether to retry, on failure.

    A terminal channel prints to `out`.
    """
    try:
        _send_by_kind(channel, delivery, now, out)
    except DeliveryError:
        raise
    except MonitorError as error:  # a secret is not where the config says
        raise DeliveryError(str(error)) from error


def _send_by_kind(channel: Channel, delivery: Delivery, now: datetime, out: TextIO) -> None:
    match channel:
        case TerminalChannel():
            from monitor.channels import terminal as channels_terminal

            channels_terminal.send(delivery, out)
        case EmailChannel():
            from monitor.channels import email

            email.send(channel, delivery)
        case WebhookChannel():
            from monitor.channels import webhook

            webhook.send(channel, delivery, now)
        case AppriseChannel():
            from monitor.channels import apprise as channels_apprise

            channels_apprise.send(channel, delivery)
