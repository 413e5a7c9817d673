"""OpenAI's small endpoints through the gateway: read in OpenAI's form, asked of the target, written in OpenAI's form."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from accord.client.capability import (
    embedding_codec,
    image_codec,
    image_edit_codec,
    moderation_codec,
    speech_relay,
    transcription_codec,
    transcription_relay,
)
from accord.core.embedding import EmbeddingResponse
from accord.core.error import AccordError, InvalidInput
from accord.core.moderation import ModerationResponse
from accord.core.record import CallRecord
from accord.core.speech import TranscriptionResponse
from accord.dialects.codec import Codec, RelayCodec
from accord.dialects.openai_endpoints.embedding import parse_embedding
from accord.dialects.openai_endpoints.image import parse_image, render_image
from accord.dialects.openai_endpoints.image_edit import image_edit_of
from accord.dialects.openai_endpoints.moderation import parse_moderation, render_moderation
from accord.dialects.openai_endpoints.multipart import FormPart
from accord.dialects.openai_endpoints.speech import in_events as speech_in_events
from accord.dialects.openai_endpoints.speech import parse_speech
from accord.dialects.openai_endpoints.transcription import in_events, render_transcription, transcription_of
from accord.engine.target import Target
from accord.gateway.dispatch import Dispatch
from accord.gateway.failure import failed
from accord.gateway.headers import (
    context_of,
    cost_headers,
    id_headers,
    target_headers,
    warning_headers,
)
from accord.gateway.http import Answer, Response
from accord.gateway.relay import Relay
from accord.gateway.resolve import Directory, Resolved
from accord.gateway.visit import Visit
from accord.gateway.wire import CHAT
from accord.gateway.wish import wishes_of

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)

DEFAULT_MODERATION = "omni-moderation-latest"
"""What moderates where the caller names no model, as at OpenAI."""


class Operations:
    """Serves every operation but conversation from one directory of models."""

    def __init__(self, directory: Directory, dispatch: Dispatch) -> None:
        self._directory = directory
        self._dispatch = dispatch

    async def embeddings(self, visit: Visit, body: bytes) -> Response:
        """POST /v1/embeddings, in numbers or base64 as the caller asks, whatever the provider speaks."""
        inbound = parse_embedding(body)

        def write(answer: EmbeddingResponse) -> Response:
            return Response(200, inbound.render(answer, model=inbound.request.model))

        return await self._serve(visit, inbound.request.model, inbound.request, embedding_codec, write)

    async def images(self, visit: Visit, body: bytes) -> Response:
        """POST /v1/images/generations."""
        asked = parse_image(body)

        return await self._serve(
            visit, asked.model, asked, image_codec, lambda answer: Response(200, render_image(answer))
        )

    async def image_edits(self, visit: Visit, parts: Sequence[FormPart]) -> Response:
        """POST /v1/images/edits: a form with the pictures."""
        asked = image_edit_of(parts)

        return await self._serve(
            visit, asked.model, asked, image_edit_codec, lambda answer: Response(200, render_image(answer))
        )

    async def moderations(self, visit: Visit, body: bytes) -> Response:
        """POST /v1/moderations."""
        asked = parse_moderation(body)

        def write(answer: ModerationResponse) -> Response:
            return Response(200, render_moderation(answer))

        return await self._serve(visit, asked.model or DEFAULT_MODERATION, asked, moderation_codec, write)

    async def speech(self, visit: Visit, body: bytes) -> Answer:
        """POST /v1/audio/speech: the sound while it arrives, or events with pieces of it."""
        asked = parse_speech(body)
        return self._relay(visit, asked.model, asked, speech_relay, in_events=speech_in_events(asked))

    async def transcriptions(self, visit: Visit, parts: Sequence[FormPart]) -> Answer:
        """POST /v1/audio/transcriptions: a form with the recording; answered whole, or by events."""
        asked = transcription_of(parts)
        if in_events(asked):
            return self._relay(visit, asked.model, asked, transcription_relay, in_events=True)

        def write(answer: TranscriptionResponse) -> Response:
            return Response(200, render_transcription(answer), content_type=answer.content_type)

        return await self._serve(visit, asked.model, asked, transcription_codec, write)

    def _relay(
        self,
        visit: Visit,
        model: str,
        asked: Req,
        codec: Callable[[Target], RelayCodec[Req, CallRecord]],
        *,
        in_events: bool,
    ) -> Relay[Req]:
        """The answer while it arrives. Raises what is wrong with the request itself."""
        resolved = self._resolve(visit, model)
        context = context_of(visit.request, visit.id)
        visit.wishes = wishes_of(visit.request, None, visit.key)
        visit.streamed = True
        return Relay(self._dispatch, visit, resolved, codec, asked, context, in_events=in_events)

    def _resolve(self, visit: Visit, model: str) -> Resolved:
        if not model:
            raise InvalidInput("the request names no `model`", param="model")
        resolved = visit.resolved = self._directory.resolve(model, visit.key)
        return resolved

    async def _serve(
        self,
        visit: Visit,
        model: str,
        asked: Req,
        codec: Callable[[Target], Codec[Req, Res]],
        write: Callable[[Res], Response],
    ) -> Response:
        """The answer with the gateway's headers, or the error in OpenAI's form."""
        resolved = self._resolve(visit, model)
        context = context_of(visit.request, visit.id)
        try:
            visit.wishes = wishes_of(visit.request, None, visit.key)
            answer = await self._dispatch.run(visit, resolved, codec, asked, context)
        except AccordError as error:
            return failed(visit, CHAT.fail, error)
        response = write(answer)
        response.headers += (
            *id_headers(visit),
            *target_headers(visit),
            *cost_headers(answer.cost),
            *warning_headers(answer.warnings),
        )
        return response
