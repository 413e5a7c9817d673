"""What a client is made of: the constructor's arguments, as Accord understands them."""

from collections.abc import Mapping

from accord.client.address import AddressBook
from accord.client.environment import environment
from accord.compat.openai.error import OpenAIError
from accord.compat.openai.omitted import Omit
from accord.compat.openai.request import Timeout, timeouts
from accord.core.error import ConfigError
from accord.core.option import DEFAULT_RETRIES, Options
from accord.core.secret import Secret
from accord.engine.target import Target
from accord.providers.base import ProviderBase
from accord.providers.openai import OpenAI

DEFAULT_MAX_RETRIES = DEFAULT_RETRIES


class Setting:
    """Where calls go, and how."""

    __slots__ = ("environ", "options", "provider")

    def __init__(self, provider: ProviderBase | None, environ: Mapping[str, str], options: Options) -> None:
        """`provider` is the only one to ask; `None` stands for whichever a model string names."""
        self.provider: ProviderBase | None = provider
        self.environ: Mapping[str, str] = environ
        self.options: Options = options


def setting(
    *,
    api_key: str | None,
    organization: str | None,
    project: str | None,
    base_url: str | None,
    timeout: Timeout | Omit,
    max_retries: int,
    default_headers: Mapping[str, str] | None,
    provider: ProviderBase | None,
    options: Options | None,
    environ: Mapping[str, str] | None,
) -> Setting:
    """What the arguments mean. Raises `OpenAIError` for those that cannot work."""
    account: dict[str, object] = {
        "OPENAI_API_KEY": api_key,
        "OPENAI_ORG_ID": organization,
        "OPENAI_PROJECT_ID": project,
    }
    known = {**(environment() if environ is None else environ)}
    known |= {name: _text(value) for name, value in account.items() if value}
    if provider is None and base_url is not None:
        provider = _server(base_url, known)
    elif base_url is not None:
        raise OpenAIError("`base_url` and `provider` both say where calls go: give one of them")
    own = called(timeout, max_retries, default_headers)
    return Setting(provider, known, own if options is None else own.over(options))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise OpenAIError(
            f"`api_key`, `organization` and `project` are texts, got {type(value).__name__}: tokens that are asked for again and "
            "again are for accord.Client"
        )
    return Secret(value).reveal()


def called(timeout: Timeout | Omit, max_retries: int | None, headers: Mapping[str, str] | None) -> Options:
    """How calls are made; what is not given is left open."""
    named = {name.lower(): value for name, value in (headers or {}).items()}
    return Options(retries=max_retries, timeouts=timeouts(timeout), headers=named)


def _server(base_url: str, environ: Mapping[str, str]) -> ProviderBase:
    """A server that is OpenAI's or like it."""
    try:
        return OpenAI(
            base_url=base_url.rstrip("/"),
            api_key=environ.get("OPENAI_API_KEY", ""),
            organization=environ.get("OPENAI_ORG_ID"),
            project=environ.get("OPENAI_PROJECT_ID"),
        )
    except ConfigError as error:
        raise OpenAIError(error.message) from error


class Verbatim(AddressBook):
    """Every model at one provider, by whatever name: at a server of one's own, `openai/gpt-oss-120b` may be all of it."""

    def __init__(self, provider: ProviderBase) -> None:
        super().__init__(provider, None, {})
        self._only = provider

    def _find(self, name: str) -> Target:
        return Target(self._only.type, self._only, name) if name else super()._find(name)
