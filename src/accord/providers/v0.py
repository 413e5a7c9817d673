"""v0, the model API of Vercel's v0. https://v0.app/docs/api/model."""

from typing import ClassVar

from accord.core.error import ProviderError, RateLimited
from accord.core.http import Address, Draft
from accord.core.json import JsonObject
from accord.core.listing import ListRequest, ModelList
from accord.dialects.codec import Codec
from accord.dialects.openai_chat import Knobs
from accord.dialects.probe import ProbeCodec
from accord.providers.base import EnvNames, ProviderBase
from accord.providers.openai_like import OpenAILike
from accord.providers.v0_chat import KNOBS, V0Chat


class V0(OpenAILike, frozen=True, kw_only=True, tag="v0"):
    """v0's composite models. Of doubtful standing: a beta for paying plans, limited to some messages a day, whose service to
    new accounts could not be confirmed. What its documentation does not name is not sent.
    """

    env: ClassVar[EnvNames] = {"api_key": ("V0_API_KEY",), "base_url": ("V0_API_BASE",)}
    label: ClassVar[str] = "v0"
    default_base_url: ClassVar[str] = "https://api.v0.dev/v1"
    chat: ClassVar[type[V0Chat]] = V0Chat
    knobs: ClassVar[Knobs] = KNOBS

    def models_codec(self) -> Codec[ListRequest, ModelList]:
        """There is no list. Raises `Unsupported`."""
        return ProviderBase.models_codec(self)

    def probe_codec(self) -> Codec[ListRequest, ModelList]:
        """GET /rate-limits, which uses up none of the day's messages, and is answered to a good key alone."""
        return ProbeCodec(error=self.error_of, judge=_spent)

    def address(self, draft: Draft) -> Address:
        """OpenAI's path for conversations, and the page of the account's limits."""
        if draft.probe:
            return Address(url=self.url + "/rate-limits", method="GET")
        return super().address(draft)


def _spent(body: JsonObject) -> ProviderError | None:
    """https://v0.app/docs/api/v1/reference/rate-limits/find: what is left, where the service says so."""
    left = body.get("remaining")
    if isinstance(left, int | float) and left <= 0:
        return RateLimited("the day's messages are used up", provider="v0")
    return None
