"""Which provider and model a call means: the client's own, or the one its model string names."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from accord.client import later
from accord.core.error import ConfigError, InvalidInput
from accord.providers.base import ProviderBase

if TYPE_CHECKING:
    from accord.engine.target import Target


class AddressBook:
    """Finds targets by model string and keeps them: resolving the same name again costs one dictionary look-up."""

    def __init__(
        self, provider: ProviderBase | None, model: str | None, environ: Mapping[str, str] | None = None
    ) -> None:
        """`provider` is the only one to ask, or `None` for whichever a model string names; `model` the usual model."""
        self._provider = provider
        self._model = model
        self._environ = environ
        self._providers: dict[str, ProviderBase] = {} if provider is None else {provider.type: provider}
        self._targets: dict[str, Target] = {}

    def target(self, asked: str) -> "Target":
        """The target a request means; `asked` may be empty for the client's own model.

        Raises `InvalidInput` where no model is named, `ConfigError` where the provider is unknown or has no key.
        """
        name = asked or self._model or ""
        found = self._targets.get(name)
        if found is None:
            found = self._targets[name] = self._find(name)
        return found

    def provider(self, name: str) -> ProviderBase:
        """The provider of that type, set up from the environment. Raises `ConfigError`."""
        found = self._providers.get(name)
        if found is None:
            found = self._providers[name] = later.provider_from_environment(name, self._variables)
        return found

    @property
    def _variables(self) -> Mapping[str, str]:
        return later.environment() if self._environ is None else self._environ

    def _find(self, name: str) -> "Target":
        if not name:
            raise InvalidInput(
                'which model? Name it in the call (model=...), the request, or the client: Client("openai/gpt-5.4-mini")',
                param="model",
            )
        if self._provider is not None:
            # Users of a client for one provider often still write its name before the model's.
            own = name.removeprefix(self._provider.type + "/") if "/" in name else name
            return _with_key(later.Target(self._provider.type, self._provider, own))
        prefix, model = self.split(name)
        return later.Target(prefix, self.provider(prefix), model)

    def split(self, name: str) -> tuple[str, str]:
        """Provider and model of a model string. Raises `InvalidInput` naming the nearest names."""
        return later.provider_and_model(name, self._variables)


def _with_key(target: "Target") -> "Target":
    """The target, unless the provider itself would be asked without any key. Raises `ConfigError`."""
    provider = target.provider
    own_host = bool(provider.default_base_url) and not provider.base_url
    if own_host and target.credential is None and not target.headers:
        names = " or ".join(provider.env.get("api_key", ()))
        hint = f', or leave it to Client("{provider.type}/{target.model}"), which reads {names}' if names else ""
        raise ConfigError(f'{provider.label} needs a key: {type(provider).__name__}(api_key="..."){hint}')
    return target


def opened(given: object) -> tuple[ProviderBase | None, str | None]:
    """What the first argument of a client means: a provider, a model string, or neither."""
    match given:
        case None:
            return None, None
        case str():
            return None, given
        case ProviderBase():
            return given, None
        case _:
            raise ConfigError(f"a client is made of a provider, a model string, or nothing; got {_shown(given)}")


def _shown(given: object) -> str:
    return (
        f"the class {given.__name__}: make one of it, {given.__name__}(api_key=...)"
        if isinstance(given, type)
        else type(given).__name__
    )
