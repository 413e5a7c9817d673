"""`accord doctor`: whether this machine is set up to call models."""

import asyncio
import platform
import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from accord import __version__
from accord.cli.exit import FAILURE, OK
from accord.client.async_client import AsyncClient
from accord.client.environment import PROVIDER_TYPES, configured, environment, provider_class, provider_from_environment
from accord.core.error import AccordError, ConfigError
from accord.core.http import Call, header
from accord.core.json import dumps
from accord.gateway.config import load_config
from accord.providers.base import ProviderBase
from accord.providers.preset import PRESETS
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.base import AsyncAnswer

State: TypeAlias = Literal["ok", "note", "wrong"]

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_SKEW = 60.0
"""Seconds by which a clock may differ before tokens and signatures are refused."""
_EXPIRES = 14
"""Days before the end of a certificate from which it is worth a word."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was looked at."""

    subject: str
    state: State
    told: str


class Watching:
    """A transport that notes where a probe went, and what the provider's clock said."""

    def __init__(self) -> None:
        self._transport = AsyncHttp1()
        self.url: str = ""
        self.date: str | None = None

    async def send(self, call: Call) -> AsyncAnswer:
        """As of any transport."""
        self.url = call.url
        answer = await self._transport.send(call)
        self.date = header(answer.head.headers, "date") or self.date
        return answer

    async def close(self) -> None:
        """Closes every connection."""
        await self._transport.close()


def doctor(
    *,
    config: Path | None = None,
    offline: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Look for what keeps this machine from calling models: keys, reach, health, clock, certificates, proxies, configuration.

    Each provider whose key is set is asked by its cheapest probe, which costs nothing. No key is ever shown. Ends with 1
    where something is wrong.

    Args:
        config: A configuration file to check, and its providers to ask; else those of the environment.
        offline: Ask nobody.
        as_json: Print the findings as JSON.
    """
    environ = environment()
    findings = [*_versions(), *_proxies(environ)]
    providers = _providers(environ, findings) if config is None else _configured(config, environ, findings)
    if not offline:
        findings += asyncio.run(_asked(providers))
    if as_json:
        print(dumps(findings).decode())
    else:
        _show(findings)
    return FAILURE if any(finding.state == "wrong" for finding in findings) else OK


def _versions() -> Iterator[Finding]:
    told = f"accord {__version__}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}, {platform.platform()}"
    yield Finding(subject="versions", state="ok", told=told)
    for package in ("msgspec", "httptools"):
        try:
            yield Finding(subject=package, state="ok", told=version(package))
        except PackageNotFoundError:
            yield Finding(subject=package, state="wrong", told="is not installed")


def _proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name in _PROXIES:
        if environ.get(name):
            told = "is set and not used: Accord reads no proxy from the environment; set `proxy` of the provider"
            yield Finding(subject=name, state="note", told=told)


def _providers(environ: Mapping[str, str], findings: list[Finding]) -> dict[str, ProviderBase]:
    ready = configured(environ)
    found: dict[str, ProviderBase] = {}
    for name in ready:
        variables = ", ".join([one for one in _variables(name) if environ.get(one)])
        findings.append(Finding(subject=name, state="ok", told=f"set up by {variables}"))
        try:
            found[name] = provider_from_environment(name, environ)
        except ConfigError as error:
            findings.append(Finding(subject=name, state="wrong", told=error.message))
    if not ready:
        names = ", ".join([_variables(name)[0] for name in PROVIDER_TYPES if _variables(name)])
        findings.append(Finding(subject="keys", state="wrong", told=f"no provider's key is set: set one of {names}"))
    return found


def _variables(name: str) -> tuple[str, ...]:
    row = PRESETS.get(name)
    if row is not None:
        return row.key
    cls = provider_class(name)
    return tuple([one for group in cls.required for field in group for one in cls.env.get(field, ())])


def _configured(path: Path, environ: Mapping[str, str], findings: list[Finding]) -> dict[str, ProviderBase]:
    try:
        settings = load_config(path, environ)
    except ConfigError as error:
        findings += [Finding(subject=str(path), state="wrong", told=line) for line in error.message.splitlines()]
        return {}
    told = f"{len(settings.providers)} providers, {len(settings.models)} public models"
    findings.append(Finding(subject=str(path), state="ok", told=told))
    findings += [Finding(subject=str(path), state="note", told=note) for note in settings.notes]
    return dict(settings.providers)


async def _asked(providers: Mapping[str, ProviderBase]) -> list[Finding]:
    found = await asyncio.gather(*[_ask(name, provider) for name, provider in providers.items()])
    return [finding for findings in found for finding in findings]


async def _ask(name: str, provider: ProviderBase) -> list[Finding]:
    transport = Watching()
    findings: list[Finding] = []
    async with AsyncClient(provider, transport=transport) as client:
        try:
            health = await client.health_check()
        except AccordError as error:
            return [Finding(subject=name, state="wrong", told=error.message)]
        took = "" if health.latency is None else f" in {health.latency * 1000:.0f} ms"
        state: State = "wrong" if health.state == "unhealthy" else "ok" if health.state == "healthy" else "note"
        findings.append(Finding(subject=name, state=state, told=f"{health.state}{took}: {health.reason}"))
        findings += _clock(name, transport.date)
        findings += await _certificate(name, provider, transport.url)
    return findings


def _clock(name: str, date: str | None) -> Iterator[Finding]:
    if date is None:
        return
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return
    if theirs.tzinfo is None:
        return
    skew = (datetime.now(UTC) - theirs).total_seconds()
    if abs(skew) > _SKEW:
        ahead = "ahead of" if skew > 0 else "behind"
        told = (
            f"this machine's clock is {abs(skew):.0f} s {ahead} the provider's: tokens and signatures will be refused"
        )
        yield Finding(subject=name, state="wrong", told=told)


async def _certificate(name: str, provider: ProviderBase, url: str) -> list[Finding]:
    address = urlsplit(url)
    if address.scheme != "https" or address.hostname is None or provider.network.proxy is not None:
        return []
    context = ssl.create_default_context(cafile=provider.network.ca_file)
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(address.hostname, address.port or 443, ssl=context)
    except (OSError, TimeoutError):
        return []  # The probe has told what is wrong.
    certificate: Mapping[str, object] = writer.get_extra_info("peercert") or {}
    writer.close()
    ends = certificate.get("notAfter")
    if not isinstance(ends, str):
        return []
    days = (ssl.cert_time_to_seconds(ends) - time.time()) / 86_400
    if days > _EXPIRES:
        return []
    return [Finding(subject=name, state="note", told=f"the certificate of {address.hostname} ends in {days:.0f} days")]


_STYLES: Mapping[State, str | None] = {"ok": None, "note": "yellow", "wrong": "bold red"}


def _show(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(finding.state, finding.subject, finding.told, style=_STYLES[finding.state])
    Console(width=None if Console().is_terminal else 160).print(table)
