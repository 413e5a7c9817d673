"""Speech of providers that give it whole, for who wants it while it comes: all of it in one piece."""

from accord.core.error import InvalidInput
from accord.core.event import Event, Forwarded, UsageReported
from accord.core.http import Head, Reply
from accord.core.option import OnUnsupported
from accord.core.speech import SpeechRequest, SpeechResponse
from accord.dialects.codec import Codec
from accord.dialects.openai_endpoints.relay import UNKNOWN, RelayExchange, WholeDecoder
from accord.dialects.openai_endpoints.speech import in_events


class CollectedSpeech:
    """Asks for speech as its codec does, and gives the sound once all of it is there."""

    def __init__(self, codec: Codec[SpeechRequest, SpeechResponse]) -> None:
        self._codec = codec

    def relay(
        self, request: SpeechRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> RelayExchange[SpeechResponse]:
        """Raises `InvalidInput` for events, and what the codec raises."""
        if in_events(request):
            raise InvalidInput("this provider gives no speech in events", param="stream_format")
        exchange = self._codec.encode(request, on_unsupported=on_unsupported)
        kinds: list[str] = []

        def events(body: bytes) -> list[Event]:
            response = exchange.decode(Reply(status=200, body=body))
            kinds.append(response.content_type)
            usage: list[Event] = [] if response.usage is None else [UsageReported(usage=response.usage)]
            return [*usage, Forwarded(data=response.audio)]

        def content_type(head: Head) -> str:
            # Known once the answer was decoded, which is before anybody asks.
            del head
            return kinds[-1] if kinds else UNKNOWN

        return RelayExchange(
            exchange.draft,
            decode=exchange.decode,
            error=exchange.error,
            decoder=lambda: WholeDecoder(events),
            content_type=content_type,
            warnings=exchange.warnings,
        )
