"""A compose.yaml with the image in it (docs.docker.com/reference/compose-file).

The folders of config and database are mounted under their own names, so that every path in the
config means in the container what it means outside.
"""

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

import tzlocal

import monitor
from monitor.cli.installation import Installation
from monitor.model.configured import AppriseChannel, Config

_IMAGE = "python:3.13-slim"


def compose(here: Installation, settings: Config) -> str:
    """Return the file's text."""
    return "\n".join(_lines(here, settings)) + "\n"


def _lines(here: Installation, settings: Config) -> Iterator[str]:
    origin = _origin()
    yield "# monitor service --docker > compose.yaml && docker compose up --detach --build"
    if origin is None:
        yield "# Set context to the folder of monitor's source, where its pyproject.toml is."
    yield "services:"
    yield "  monitor:"
    yield "    build:"
    yield f"      context: {_text(str(origin or '.'))}"
    yield "      dockerfile_inline: |"
    yield from (f"        {line}" for line in _dockerfile(settings))
    yield f"    command: [{', '.join(map(_text, ('--config', str(here.config))))}]"
    yield f'    user: "{here.uid}:{here.gid}"'
    yield from _environment(here, settings)
    yield "    # What else the config names, a ca_file say, needs a mount of its own here."
    yield "    volumes:"
    for folder in dict.fromkeys((here.config.parent, here.folder)):
        yield from _mounted(folder, read_only=folder != here.folder)
    yield "    tmpfs: [/tmp]"
    yield "    read_only: true"
    yield "    cap_drop: [ALL]"
    yield '    security_opt: ["no-new-privileges:true"]'
    yield "    init: true"
    yield "    restart: unless-stopped"
    yield "    stop_grace_period: 20s"
    yield "    healthcheck:"
    yield f"      test: [{', '.join(map(_text, _health(here)))}]"
    yield "      interval: 5m"
    yield "      timeout: 1m"


def _dockerfile(settings: Config) -> Iterator[str]:
    extra = any(isinstance(channel, AppriseChannel) for channel in settings.channels)
    yield f"FROM {_IMAGE}"
    yield "COPY pyproject.toml README.md LICENSE /src/"
    yield "COPY monitor /src/monitor"
    yield f"RUN pip install --no-cache-dir '/src{'[apprise]' if extra else ''}' tzdata"
    yield 'ENTRYPOINT ["monitor"]'


def _environment(here: Installation, settings: Config) -> Iterator[str]:
    if here.variables:
        yield "    # Secrets come from the shell, or from a file .env beside this one."
    zone = () if settings.timezone else (f"TZ={tzlocal.get_localzone_name()}",)
    named = [*zone, *here.variables]
    if named:
        yield f"    environment: [{', '.join(map(_text, named))}]"


def _mounted(folder: Path, *, read_only: bool) -> Iterator[str]:
    yield "      - type: bind"
    yield f"        source: {_text(str(folder))}"
    yield f"        target: {_text(str(folder))}"
    if read_only:
        yield "        read_only: true"


def _health(here: Installation) -> tuple[str, ...]:
    return ("CMD", "monitor", "--config", str(here.config), "status", "-q")


def _text(text: str) -> str:
    """Return a text as YAML takes it; JSON is YAML, and a $ stands for itself when doubled."""
    return json.dumps(text, ensure_ascii=False).replace("$", "$$")


def _origin() -> Path | None:
    """Return the folder of sources from which this monitor was installed, if it is still there."""
    beside = Path(monitor.__file__).resolve().parents[1]  # a checkout, or an editable install
    places = [beside]
    try:
        said = distribution("monitor").read_text("direct_url.json")
    except PackageNotFoundError:
        said = None
    if said is not None:
        places.append(Path(unquote(urlsplit(json.loads(said)["url"]).path)))
    found = (place for place in places if (place / "pyproject.toml").is_file())
    return next(found, None)
