"""From the model name a caller asks for to the target that answers.

The order: a public name; `<provider name>/<upstream model>`; a public name with a wildcard; the family's maker, where
exactly one such provider is configured. What was found is kept, so that a request costs one lookup in a dict; names
that callers choose are kept apart from those that are configured, and the ones used last.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from accord.catalog import facts, models
from accord.client.naming import FAMILIES
from accord.core.error import InvalidInput, ModelNotFound
from accord.core.latest import Latest
from accord.core.model import ModelFacts
from accord.engine.group import Group
from accord.engine.standings import Standings
from accord.engine.target import Target
from accord.gateway.config import Config, ModelSettings
from accord.gateway.config.check import fallbacks
from accord.gateway.grouping import Grouping
from accord.gateway.key import Key
from accord.providers import ProviderBase

_PASSING = 10_000
"""How many names and targets are remembered beside those that are configured: callers choose them."""

_LONGEST = 500
"""Characters of a name that can be one. Longer ones are nobody's, and remembering 10,000 of megabytes would take all memory."""

_COMPARED = 500
"""How many names are looked at for one near to an unknown name: comparing costs tens of microseconds each."""


class Shadow(NamedTuple):
    """Who gets copies of requests, and of which share of them."""

    target: Target
    share: float


class Resolved:
    """A target or a group of them, and the names it goes by."""

    __slots__ = ("canonical", "group", "name", "shadow", "target")

    def __init__(self, name: str, target: Target, group: Group | None = None, shadow: Shadow | None = None) -> None:
        """`name` is the name that was asked for."""
        self.name: str = name
        self.target: Target = target
        """Who answers; of a group, who is typical of it."""
        self.group: Group | None = group
        """Who may answer, where there is something to decide."""
        self.shadow: Shadow | None = shadow
        """Who gets copies."""
        self.canonical: str = f"{target.name}/{target.model}"
        """`<provider name>/<upstream model>`."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The configured names of the providers that may answer."""
        if self.group is None:
            return (self.target.name,)
        return tuple(dict.fromkeys([member.target.name for member in self.group.members.values()]))

    @property
    def retries(self) -> int:
        """How often the gateway repeats a failed request by itself."""
        return self.target.retries if self.group is None else self.group.retries


class Listed(NamedTuple):
    """A name that leads to a model, and what is known of the model."""

    name: str
    canonical: str
    facts: ModelFacts | None


class Directory:
    """Every name that leads to a model."""

    def __init__(self, config: Config, standings: Standings) -> None:
        """`standings` outlive the directory, so that a reload forgets nothing about targets that stay."""
        self._providers = config.providers
        self._exact = {name: entry for name, entry in config.models.items() if "*" not in name}
        self._wildcards = _by_precision(config.models)
        self._by_type: dict[str, list[str]] = {}
        for name, provider in config.providers.items():
            self._by_type.setdefault(provider.type, []).append(name)
        self._configured: dict[str, Resolved] = {}
        self._passing: Latest[str, Resolved] = Latest(_PASSING)
        self._targets: dict[tuple[str, str], Target] = {}
        """Those of configured names."""
        self._passing_targets: Latest[tuple[str, str], Target] = Latest(_PASSING)
        self._named = _named(config.models)
        self._grouping = Grouping(config.models, self._target, standings)

    @property
    def providers(self) -> Mapping[str, ProviderBase]:
        """The configured providers by name."""
        return self._providers

    @property
    def public(self) -> Mapping[str, ModelSettings]:
        """The configured public names without wildcard."""
        return self._exact

    def listed(self) -> Iterator["Listed"]:
        """Every name that is known to lead to a model: public names, then the catalogue's models of each provider."""
        for name, entry in self._exact.items():
            target = entry.targets[0]
            model = target.model or name
            yield Listed(name, f"{target.provider}/{model}", facts(self._providers[target.provider].type, model))
        for name, provider in self._providers.items():
            for known in models(provider.type):
                canonical = f"{name}/{known.id}"
                if canonical not in self._exact:
                    yield Listed(canonical, canonical, known)

    def resolve(self, name: str, key: Key) -> Resolved:
        """Who answers for `name`.

        Raises:
            ModelNotFound: nobody does, or nobody the key may use; the message names the nearest names it may.
            InvalidInput: several do, and the caller must choose.
        """
        found = self._configured.get(name) or self._passing.get(name)
        if found is None:
            found = self._search(name, key)
        if not key.allows(name, found.canonical):
            raise self._unknown(name, key)
        return found

    def _search(self, name: str, key: Key) -> Resolved:
        settings = self._exact.get(name)
        if settings is not None:
            found = self._configured[name] = self._public(name, settings, matched=name, configured=name)
            return found
        if len(name) > _LONGEST:
            raise self._unknown(name, key)
        provider, slash, model = name.partition("/")
        if slash and model and provider in self._providers:
            passing: Resolved | None = Resolved(name, self._target(provider, model))
        else:
            passing = self._by_wildcard(name) or self._by_family(name)
        if passing is None:
            raise self._unknown(name, key)
        self._passing.put(name, passing)
        return passing

    def _by_wildcard(self, name: str) -> Resolved | None:
        matches = [wildcard for wildcard in self._wildcards if wildcard.pattern.fullmatch(name)]
        if not matches:
            return None
        best = [wildcard for wildcard in matches if wildcard.precision == matches[0].precision]
        if len(best) > 1:
            raise _ambiguous(name, [wildcard.name for wildcard in best])
        match = best[0].pattern.fullmatch(name)
        return self._public(name, best[0].settings, matched=match[1] if match else name, configured=best[0].name)

    def _by_family(self, name: str) -> Resolved | None:
        maker = next((maker for start, maker in FAMILIES if name.startswith(start)), "")
        candidates = self._by_type.get(maker, [])
        if len(candidates) > 1:
            raise _ambiguous(name, [f"{provider}/{name}" for provider in candidates])
        return Resolved(name, self._target(candidates[0], name)) if candidates else None

    def _public(self, name: str, settings: ModelSettings, matched: str, configured: str) -> Resolved:
        if settings.is_plain:
            return Resolved(name, self._grouping.upstream(name, settings.targets[0], matched))
        group = self._grouping.group(name, settings, matched, configured)
        shadow = settings.shadow
        copied = None if shadow is None else Shadow(self._target(shadow.provider, shadow.model), shadow.share)
        return Resolved(name, group.typical(""), group, copied)

    def _target(self, provider: str, model: str) -> Target:
        pair = provider, model
        target = self._targets.get(pair) or self._passing_targets.get(pair)
        if target is None:
            target = Target(provider, self._providers[provider], model)
            if pair in self._named:
                self._targets[pair] = target
            else:
                self._passing_targets.put(pair, target)
        return target

    def _unknown(self, name: str, key: Key) -> ModelNotFound:
        known = (one.name for one in self.listed() if key.allows(one.name, one.canonical))
        near = get_close_matches(name[:100], list(islice(known, _COMPARED)), n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join([f'`{one}`' for one in near])}?" if near else self._usage()
        return ModelNotFound(
            f"The model `{name[:200]}` does not exist or this key may not use it.{hint}",
            status=404,
            code="model_not_found",
            param="model",
        )

    def _usage(self) -> str:
        examples = [f"`{provider}/<model>`" for provider in islice(self._providers, 5)]
        return f" Models are named {' or '.join(examples)}." if examples else " No provider is configured."


def _named(models: Mapping[str, ModelSettings]) -> frozenset[tuple[str, str]]:
    """The provider and upstream model of every target that is configured by name."""
    found: set[tuple[str, str]] = set()
    for name, settings in models.items():
        found |= {(target.provider, target.model or name) for target in settings.targets}
        for _, fallback in fallbacks(settings.fallback):
            provider, _, model = fallback.partition("/")
            found.add((provider, model))
        if settings.shadow is not None:
            found.add((settings.shadow.provider, settings.shadow.model))
    return frozenset(found)


class _Wildcard:
    """A public name with a `*`."""

    __slots__ = ("name", "pattern", "precision", "settings")

    def __init__(self, name: str, settings: ModelSettings) -> None:
        self.name = name
        self.settings = settings
        # What the first `*` matched can be used in the upstream name.
        head, _, rest = name.partition("*")
        self.pattern = re.compile(re.escape(head) + "(.*)" + re.escape(rest).replace(r"\*", ".*"), re.DOTALL)
        self.precision = len(name) - name.count("*")


def _by_precision(models: Mapping[str, ModelSettings]) -> list[_Wildcard]:
    """The names with wildcards, those with the most letters first."""
    found = [_Wildcard(name, entry) for name, entry in models.items() if "*" in name]
    return sorted(found, key=lambda wildcard: -wildcard.precision)


def _ambiguous(name: str, candidates: Iterable[str]) -> InvalidInput:
    names = ", ".join([f"`{candidate}`" for candidate in candidates])
    return InvalidInput(f"The model `{name[:200]}` is ambiguous: it could be {names}. Name one of them.", param="model")
