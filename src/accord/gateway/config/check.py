"""What the entries of `models` say of each other and of the providers."""

from collections.abc import Collection, Iterator, Mapping

from accord.gateway.config.model import FallbackSettings, ModelSettings
from accord.gateway.config.problem import Problems, did_you_mean
from accord.policy.fault import WAYS, Way


def check_models(models: Mapping[str, ModelSettings], providers: Collection[str], problems: Problems) -> None:
    """Notes every target and every fallback that leads nowhere."""
    for name, settings in models.items():
        path = f"models.{name}"
        for index, target in enumerate(settings.targets):
            _check_provider(target.provider, f"{path}.targets[{index}].provider", providers, problems)
        _check_twice(name, settings, problems)
        if settings.shadow is not None:
            _check_provider(settings.shadow.provider, f"{path}.shadow.provider", providers, problems)
        for way, fallback in fallbacks(settings.fallback):
            _check_fallback(name, fallback, f"{path}.fallback.{way}", models, providers, problems)


def fallbacks(settings: FallbackSettings) -> Iterator[tuple[Way, str]]:
    """Every name in it, with what must have gone wrong."""
    for way in WAYS:
        for name in names_for(way, settings):
            yield way, name


def names_for(way: Way, settings: FallbackSettings) -> tuple[str, ...]:
    """Who stands in after that."""
    match way:
        case "general":
            return settings.general
        case "context":
            return settings.context
        case "content_filter":
            return settings.content_filter
        case "quota":
            return settings.quota


def _check_provider(name: str, path: str, providers: Collection[str], problems: Problems) -> None:
    if name not in providers:
        problems.add(path, f"there is no provider {name!r}; {did_you_mean(name, providers)}")


def _check_twice(name: str, settings: ModelSettings, problems: Problems) -> None:
    seen: set[tuple[str, str]] = set()
    for index, target in enumerate(settings.targets):
        pair = target.provider, target.model
        if pair in seen:
            what = f"{target.provider}/{target.model or name}"
            problems.add(f"models.{name}.targets[{index}]", f"{what} is there twice; give the one a larger weight")
        seen.add(pair)


def _check_fallback(
    name: str,
    fallback: str,
    path: str,
    models: Mapping[str, ModelSettings],
    providers: Collection[str],
    problems: Problems,
) -> None:
    if fallback == name:
        problems.add(path, f"{name!r} cannot stand in for itself")
    elif "*" in fallback:
        problems.add(path, f"{fallback!r} is a pattern; a fallback is one name")
    elif fallback not in models and fallback.partition("/")[0] not in providers:
        known = [
            *(model for model in models if model != name and "*" not in model),
            *[f"{one}/..." for one in providers],
        ]
        problems.add(
            path, f"{fallback!r} is neither a public name nor `<provider>/<model>`; {did_you_mean(fallback, known)}"
        )
