"""v0, the model API of Vercel's v0. https://v0.app/docs/api/model."""

from typing import ClassVar

from accord.core.json import JsonObject
from accord.core.listing import ListRequest, ModelList
from accord.dialects.codec import Codec
from accord.dialects.openai_chat import Knobs
from accord.providers.balance import BalanceCodec
from accord.providers.base import EnvNames, ProviderBase, Sources
from accord.providers.openai_like import OpenAILike
from accord.providers.v0_chat import KNOBS, V0Chat


class V0(OpenAILike, frozen=True, kw_only=True, tag="v0"):
    """v0's composite models. Of doubtful standing: a beta for paying plans, limited to some messages a day, whose service to
    new accounts could not be confirmed. What its documentation does not name is not sent.
    """

    env: ClassVar[EnvNames] = {"api_key": ("V0_API_KEY",), "base_url": ("V0_API_BASE",)}
    label: ClassVar[str] = "v0"
    sources: ClassVar[Sources] = {
        "chat": "https://v0.app/docs/api/model",
    }
    default_base_url: ClassVar[str] = "https://api.v0.dev/v1"
    keeps_files: ClassVar[bool] = False
    chat: ClassVar[type[V0Chat]] = V0Chat
    knobs: ClassVar[Knobs] = KNOBS

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """There is no list. Raises `Unsupported`."""
        return ProviderBase.models_codec(self)

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /rate-limits, which uses up none of the day's messages, and is answered to a good key alone."""
        return BalanceCodec(provider=self.type, path="/rate-limits", spent=_spent, error=self.error_of)


def _spent(body: JsonObject) -> bool | None:
    """https://v0.app/docs/api/v1/reference/rate-limits/find: what is left of the day's, where the service says so."""
    left = body.get("remaining")
    return isinstance(left, int | float) and left <= 0
