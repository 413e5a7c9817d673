"""The provider suite against the real services, for no more than a stated amount of money.

Where a provider's key is in the environment, its cheapest model that calls tools is asked what the fakes are asked in tests.
Before each call the most it can cost is taken from what is left, by the catalogue's prices; where that is not enough, nothing
more is sent. A call whose cost stays unknown counts as the most it could have cost.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from accord.catalog import models
from accord.catalog.cost import cost_of
from accord.catalog.lifecycle import lifecycle_warning
from accord.client.environment import PROVIDER_TYPES, is_configured, provider_class, provider_from_environment
from accord.core.error import AccordError
from accord.core.model import ModelFacts
from accord.core.usage import Usage
from accord.providers.base import ProviderBase
from accord.testing.provider_suite import CHECKS, NEED_A_FAKE, Bench, Check
from accord.testing.purse import MeteredClient, Purse, SpentUp

LIVE_CHECKS: tuple[Check, ...] = tuple([check for check in CHECKS if check not in NEED_A_FAKE])
_THOUSANDS = Usage(input=1000, output=1000)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found."""

    check: str
    result: Literal["passed", "failed", "not run"]
    reason: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one provider, or what would be asked of it."""

    provider: str
    model: str | None = None
    health: str = ""
    findings: tuple[Finding, ...] = ()
    spent: Decimal = Decimal(0)
    reason: str = ""
    """Why nothing was asked."""


def cheapest_model(provider: str, at: datetime) -> ModelFacts | None:
    """The cheapest model of the catalogue that calls tools and is not about to be switched off; `None` without any price."""
    priced = [
        (cost.amount, facts)
        for facts in models(provider)
        if ":" not in facts.id  # a variant of another model, served in another way
        and facts.tools
        and "chat" in (facts.operations or ())
        and lifecycle_warning(facts, at.date()) is None
        if (cost := cost_of(_THOUSANDS, facts, at=at)).amount
    ]
    return min(priced, key=lambda pair: (pair[0], pair[1].id))[1] if priced else None


def planned(name: str, environ: Mapping[str, str], at: datetime) -> tuple[str | None, str]:
    """The model that would be asked, and why none can be."""
    override = environ.get(f"ACCORD_LIVE_MODEL_{name.upper()}", "").strip()
    facts = None if override else cheapest_model(name, at)
    model = override or (facts.id if facts is not None else None)
    if model is None:
        return None, f"the catalogue knows no price; name a model in ACCORD_LIVE_MODEL_{name.upper()}"
    if not is_configured(provider_class(name), environ):
        names = [
            variable for group in provider_class(name).required for field in group for variable in _names(name, field)
        ]
        return model, f"no key: set {' or '.join(dict.fromkeys(names))}"
    return model, ""


def _names(provider: str, field: str) -> tuple[str, ...]:
    return provider_class(provider).env.get(field, ())


def section_of(name: str, environ: Mapping[str, str], purse: Purse, at: datetime) -> Section:
    """Runs the checks against one provider, where its key is there and money is left."""
    model, reason = planned(name, environ, at)
    if model is None or reason:
        would = tuple([Finding(check=check.__name__, result="not run") for check in LIVE_CHECKS])
        return Section(provider=name, model=model, reason=reason, findings=would)
    before = purse.spent
    provider = provider_from_environment(name, environ)
    with MeteredClient(provider, purse) as client:
        health = client.health_check()
        bench = Bench(client, model, lambda key: with_key(provider, key))
        findings = tuple([found(check, bench) for check in LIVE_CHECKS])
    purse.settle()
    shown = f"{health.state}: {health.reason}"
    return Section(provider=name, model=model, health=shown, findings=findings, spent=purse.spent - before)


def with_key(provider: ProviderBase, key: str) -> ProviderBase:
    """The same provider with another key in each place where it has one."""
    held = msgspec.structs.asdict(provider)
    given = {field: key for field in provider.secrets if held.get(field)} or {provider.secrets[-1]: key}
    return msgspec.structs.replace(provider, **given)


def found(check: Check, bench: Bench) -> Finding:
    """What a check found. A failure of any kind is a finding, and none ends the run."""
    try:
        check(bench)
    except SpentUp as error:
        return Finding(check=check.__name__, result="not run", reason=str(error))
    except AccordError as error:
        return Finding(check=check.__name__, result="failed", reason=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a real model's answer broke
        return Finding(check=check.__name__, result="failed", reason=f"{type(error).__name__}: {error}"[:300])
    return Finding(check=check.__name__, result="passed")


def run_live(environ: Mapping[str, str], cap: Decimal, at: datetime) -> tuple[Section, ...]:
    """All twelve providers, one after another, for `cap` US dollars together."""
    purse = Purse(cap)
    return tuple([section_of(name, environ, purse, at) for name in PROVIDER_TYPES])


def report_of(sections: tuple[Section, ...], cap: Decimal, at: datetime) -> str:
    """The report, in Markdown."""
    spent = sum([section.spent for section in sections], Decimal(0))
    lines = [
        f"# Live run of {at.date().isoformat()}",
        "",
        f"Begun at {at.strftime('%H:%M')} UTC; at most {spent:f} of {cap:f} US dollars were spent.",
        "",
    ]
    for section in sections:
        lines += _lines(section)
    return "\n".join(lines)


def _lines(section: Section) -> list[str]:
    head = f"## {section.provider}" + (f": {section.model}" if section.model else "")
    if section.reason:
        would = ", ".join([finding.check for finding in section.findings])
        told = f"Would ask {section.model}: {would}." if section.model else "Nothing would be asked."
        return [head, "", f"Not run: {section.reason}. {told}", ""]
    rows = [f"| {one.check} | {one.result} | {one.reason.replace('|', '/')} |" for one in section.findings]
    return [
        head,
        "",
        f"Health: {section.health}. Spent: {section.spent:f} US dollars at most.",
        "",
        "| check | result | reason |",
        "|---|---|---|",
        *rows,
        "",
    ]
