"""POST /moderations. https://developers.openai.com/api/reference/resources/moderations."""

import msgspec

from accord.core.http import Draft, Reply
from accord.core.json import dumps
from accord.core.moderation import ModerationRequest, ModerationResponse, Verdict
from accord.core.option import OnUnsupported
from accord.core.part import Image, Media, Text
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader, decoded, parsed, unnamed


class ModerationCodec:
    """Asks whether content is allowed."""

    def __init__(self, *, model: str, provider: str, error: ErrorReader) -> None:
        self._model = model
        self._provider = provider
        self._error = error

    def encode(
        self, request: ModerationRequest, *, on_unsupported: OnUnsupported = "error"
    ) -> EndpointExchange[ModerationResponse]:
        """Everything a request can say has its place on this wire."""
        del on_unsupported
        model = {"model": self._model} if self._model else {}
        body = dumps({**model, "input": [_written(item) for item in request.input], **request.extra})
        draft = Draft(operation="moderation", model=self._model, body=body)
        return EndpointExchange(draft, decode=decode_moderation, error=self._error)


def _written(item: str | Text | Image) -> object:
    match item:
        case str():
            return item
        case Text():
            return {"type": "text", "text": item.text}
        case Image():
            source = item.source
            url = source.url or f"data:{source.media_type or 'image/png'};base64,{source.data}"
            return {"type": "image_url", "image_url": {"url": url}}


class _Verdict(msgspec.Struct):
    flagged: bool | None = None
    categories: dict[str, bool | None] = {}
    category_scores: dict[str, float | None] = {}
    category_applied_input_types: dict[str, list[str]] | None = None


class _Answer(msgspec.Struct):
    results: list[_Verdict]
    id: str = ""
    model: str = ""


_answers = msgspec.json.Decoder(_Answer)


def decode_moderation(reply: Reply) -> ModerationResponse:
    """The verdicts in a reply. Raises `Malformed`."""
    answer = decoded(_answers, reply, "moderations")
    return ModerationResponse(
        id=answer.id, model=answer.model, results=tuple([_verdict(row) for row in answer.results]), raw=reply.body
    )


def _verdict(row: _Verdict) -> Verdict:
    applied = row.category_applied_input_types
    return Verdict(
        flagged=row.flagged,
        categories={key: value for key, value in row.categories.items() if value is not None},
        scores={key: value for key, value in row.category_scores.items() if value is not None},
        extra={} if applied is None else {"category_applied_input_types": applied},
    )


class _Url(msgspec.Struct):
    url: str


class _TextPart(msgspec.Struct, tag="text", tag_field="type"):
    text: str


class _ImagePart(msgspec.Struct, tag="image_url", tag_field="type"):
    image_url: _Url


class _Asked(msgspec.Struct):
    input: str | list[str | _TextPart | _ImagePart]
    model: str = ""


_requests = msgspec.json.Decoder(_Asked)


def parse_moderation(body: bytes) -> ModerationRequest:
    """A caller's request. Raises `InvalidInput` naming the field at fault."""
    asked, found = parsed(_requests, body)
    given = [asked.input] if isinstance(asked.input, str) else asked.input
    texts = tuple([item for item in given if isinstance(item, str)])
    parts = tuple([_part(item) for item in given if not isinstance(item, str)])
    return ModerationRequest(
        model=asked.model, input=parts or texts, extra=unnamed(found, frozenset({"input", "model"}))
    )


def _part(item: _TextPart | _ImagePart) -> Text | Image:
    if isinstance(item, _TextPart):
        return Text(text=item.text)
    url = item.image_url.url
    head, _, data = url.partition(";base64,")
    if head.startswith("data:") and data:
        return Image(source=Media(data=data, media_type=head.removeprefix("data:")))
    return Image(source=Media(url=url))


def render_moderation(response: ModerationResponse) -> bytes:
    """The answer in OpenAI's form; the provider's own body where it already has it (Mistral's has no `flagged`)."""
    rows = [
        {"flagged": row.flagged, "categories": row.categories, "category_scores": row.scores, **row.extra}
        for row in response.results
    ]
    if response.raw is not None and b'"flagged"' in response.raw:
        return response.raw
    return dumps({"id": response.id, "model": response.model, "results": rows})
