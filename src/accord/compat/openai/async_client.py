"""The client of OpenAI's SDK over every provider, for asyncio."""

from collections.abc import Mapping
from copy import copy as another
from types import TracebackType
from typing import ClassVar, Self

from accord.client.spend.spending import Spending
from accord.compat.openai.async_audio import AsyncAudio
from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.async_completions import AsyncCompletions
from accord.compat.openai.async_endpoint import AsyncEmbeddings, AsyncModels, AsyncModerations
from accord.compat.openai.async_images import AsyncImages
from accord.compat.openai.async_legacy import AsyncLegacyCompletions
from accord.compat.openai.async_responses import AsyncResponses
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.request import Timeout
from accord.compat.openai.resource import Resource
from accord.compat.openai.setting import DEFAULT_MAX_RETRIES, called, setting
from accord.core.option import Options
from accord.providers.base import ProviderBase
from accord.transport.base import AsyncTransport


class AsyncChat(Resource):
    """Conversations."""

    path: ClassVar[str] = "chat"

    def __init__(self, calls: AsyncCalls) -> None:
        self.completions: AsyncCompletions = AsyncCompletions(calls)


class AsyncBeta(Resource):
    """Where older programs look for what is at its own place by now."""

    path: ClassVar[str] = "beta"

    def __init__(self, chat: AsyncChat) -> None:
        self.chat: AsyncChat = chat


class AsyncOpenAI(Resource):
    """Answers as OpenAI's client does, for any provider: `model="anthropic/claude-sonnet-5-5"`.

    Keys come from the environment, each provider's by its own name; bare names of OpenAI's models are OpenAI's. Keep it:
    connections are reused. Use it in `async with`, or call `close()`.
    """

    path: ClassVar[str] = ""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: str | None = None,
        timeout: Timeout | Omit = omit,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        provider: ProviderBase | None = None,
        options: Options | None = None,
        transport: AsyncTransport | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Raises `OpenAIError` for arguments that cannot work.

        Args:
            api_key: OpenAI's, or that of the server at `base_url`; others' are never taken from here.
            organization: OpenAI's.
            project: OpenAI's.
            base_url: a server that speaks OpenAI's API, which then gets every call, by the model's name as it is written.
            timeout: seconds for each step of a call, or each step's own.
            max_retries: how often a failed request may be repeated where that is safe.
            default_headers: sent with every request.
            provider: one of Accord's providers, which then gets every call.
            options: what else Accord can be told of calls, such as `on_unsupported="drop"`.
            transport: how to reach the network, if not by Accord's own HTTP/1.1.
            environ: variables to find keys in, if not the process's.
        """
        found = setting(
            api_key=api_key,
            organization=organization,
            project=project,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            provider=provider,
            options=options,
            environ=environ,
        )
        self._put(AsyncCalls(found, transport))

    def _put(self, calls: AsyncCalls) -> None:
        self._calls: AsyncCalls = calls
        self.chat: AsyncChat = AsyncChat(calls)
        self.beta: AsyncBeta = AsyncBeta(self.chat)
        self.responses: AsyncResponses = AsyncResponses(calls)
        self.embeddings: AsyncEmbeddings = AsyncEmbeddings(calls)
        self.images: AsyncImages = AsyncImages(calls)
        self.models: AsyncModels = AsyncModels(calls)
        self.moderations: AsyncModerations = AsyncModerations(calls)
        self.audio: AsyncAudio = AsyncAudio(calls)
        self.completions: AsyncLegacyCompletions = AsyncLegacyCompletions(calls)

    def with_options(
        self,
        *,
        timeout: Timeout | Omit = omit,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
    ) -> Self:
        """The same client, connections and sums included, with other options for its calls. One `close` closes both.

        `timeout` is in seconds, `max_retries` how often a failed request may be repeated.
        """
        other = another(self)
        other._put(self._calls.under(called(timeout, max_retries, default_headers)))
        return other

    copy = with_options

    @property
    def spending(self) -> Spending:
        """What the calls of this client took so far."""
        return self._calls.spending

    async def close(self) -> None:
        """Closes every connection."""
        await self._calls.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
