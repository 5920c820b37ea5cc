"""`monitor doctor`: tries each part, and says how to solve each problem."""

import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from textwrap import indent

from monitor.app import create_system_clock
from monitor.cli.common import is_set, load_config, print_message
from monitor.clock import Clock, find_timezone
from monitor.doctor import examine_installation
from monitor.doctor.channels import send_test_message
from monitor.doctor.findings import Finding
from monitor.errors import ConfigError
from monitor.models.config import Config
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line
from monitor.text.width import wrap_columns

_MAX_WIDTH = 100
_SEVERITY_LABELS = {"ok": "ok     ", "warning": "look   ", "wrong": "WRONG  "}
_LABEL_WIDTH = len(_SEVERITY_LABELS["ok"])


def run(args: Namespace) -> int:
    """Print the findings and return 1 if something is wrong.

    A wrong config is printed as a finding and raises ConfigError, for exit code 2.
    """
    as_json, quiet = is_set(args, "json"), is_set(args, "quiet")
    try:
        args.quiet = True  # the config's warnings become findings
        settings = load_config(args)
    except ConfigError as error:
        if as_json:
            print(safe_dumps(_serialize_findings([_make_config_finding(error)]), indent=2))
        raise
    findings = []
    for finding in _run_examinations(
        settings, create_system_clock(), send=args.send, as_json=as_json
    ):
        findings.append(finding)
        if not as_json and not (quiet and finding.severity == "ok"):
            print("\n".join(_format_finding(finding, _find_output_width())), flush=True)
    if as_json:
        print(safe_dumps(_serialize_findings(findings), indent=2))
    wrong_count = sum(finding.severity == "wrong" for finding in findings)
    if not as_json and not quiet:
        print_message(_format_verdict(wrong_count))
    return 1 if wrong_count else 0


def _run_examinations(
    settings: Config, clock: Clock, *, send: bool, as_json: bool
) -> Iterator[Finding]:
    yield from examine_installation(settings, clock)
    if send:
        # With --json, standard output holds one document, so terminal channels use stderr.
        out = sys.stderr if as_json else sys.stdout
        zone = find_timezone(settings.timezone)
        yield from (send_test_message(channel, clock, out, zone) for channel in settings.channels)


def _make_config_finding(error: ConfigError) -> Finding:
    return Finding(
        about="config",
        severity="wrong",
        text=str(error),
        remedy="correct the config; monitor init writes an example",
    )


def _serialize_findings(findings: Sequence[Finding]) -> dict[str, object]:
    is_healthy = all(finding.severity != "wrong" for finding in findings)
    return {"well": is_healthy, "findings": [finding.as_json() for finding in findings]}


def _format_verdict(wrong_count: int) -> str:
    return (
        pluralize(wrong_count, "thing is wrong", "things are wrong")
        if wrong_count
        else "nothing is wrong"
    )


def _find_output_width() -> int:
    return (
        min(shutil.get_terminal_size().columns, _MAX_WIDTH) if sys.stdout.isatty() else _MAX_WIDTH
    )


def _format_finding(finding: Finding, width: int) -> Iterator[str]:
    subject = f"{finding.about} {finding.name}".strip()
    lines = wrap_columns(sanitize_line(f"{subject}: {finding.text}"), width, _LABEL_WIDTH)
    yield _SEVERITY_LABELS[finding.severity] + lines[0]
    yield from (indent(line, " " * _LABEL_WIDTH) for line in lines[1:])
    if finding.remedy:
        first, *rest = wrap_columns(sanitize_line(finding.remedy), width, _LABEL_WIDTH + 3)
        yield f"{' ' * _LABEL_WIDTH}-> {first}"
        yield from (indent(line, " " * (_LABEL_WIDTH + 3)) for line in rest)
