"""`monitor doctor`: what works, what does not, and what to do about it."""

import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from textwrap import indent

from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.doctor import Finding, examine
from monitor.doctor.channels import send_test
from monitor.errors import ConfigError
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.model.world import World
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.wiring import real_world
from monitor.wrap import wrap
from monitor.zones import zone_named

_WIDEST = 100
_MARKS = {"ok": "ok     ", "warning": "look   ", "wrong": "WRONG  "}
_MARGIN = len(_MARKS["ok"])


def run(args: Namespace) -> int:
    """Run the command: 1 where something is wrong, 2 where it is the config."""
    as_json, quiet = flag(args, "json"), flag(args, "quiet")
    try:
        args.quiet = True  # the config's warnings are findings here
        settings = config(args)
    except ConfigError as error:
        if as_json:
            print(dumps(_document([_misread(error)]), indent=2))
        raise
    found = []
    for finding in _findings(settings, real_world(), send=args.send, as_json=as_json):
        found.append(finding)
        if not as_json and not (quiet and finding.standing == "ok"):
            print("\n".join(_lines(finding, _width())), flush=True)
    if as_json:
        print(dumps(_document(found), indent=2))
    wrong = sum(finding.standing == "wrong" for finding in found)
    if not as_json and not quiet:
        say(_verdict(wrong))
    return 1 if wrong else 0


def _findings(settings: Config, world: World, *, send: bool, as_json: bool) -> Iterator[Finding]:
    yield from examine(settings, world)
    if send:
        # With --json, standard output holds one document: a terminal channel prints beside it.
        out = sys.stderr if as_json else sys.stdout
        zone = zone_named(settings.timezone)
        yield from (send_test(channel, world, out, zone) for channel in settings.channels)


def _misread(error: ConfigError) -> Finding:
    return Finding(
        about="config",
        standing="wrong",
        text=str(error),
        remedy="correct the config; monitor init writes an example",
    )


def _document(found: Sequence[Finding]) -> dict[str, object]:
    well = all(finding.standing != "wrong" for finding in found)
    return {"well": well, "findings": [finding.as_json() for finding in found]}


def _verdict(wrong: int) -> str:
    return counted(wrong, "thing is wrong", "things are wrong") if wrong else "nothing is wrong"


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST) if sys.stdout.isatty() else _WIDEST


def _lines(finding: Finding, width: int) -> Iterator[str]:
    subject = f"{finding.about} {finding.name}".strip()
    told = wrap(clean(f"{subject}: {finding.text}"), width, _MARGIN)
    yield _MARKS[finding.standing] + told[0]
    yield from (indent(line, " " * _MARGIN) for line in told[1:])
    if finding.remedy:
        first, *rest = wrap(clean(finding.remedy), width, _MARGIN + 3)
        yield f"{' ' * _MARGIN}-> {first}"
        yield from (indent(line, " " * (_MARGIN + 3)) for line in rest)
