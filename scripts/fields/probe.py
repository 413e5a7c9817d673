"""One field of a caller's request, sent to one wire by the real codecs: what became of it.

A probe is a request with the field and the same request without it. Both are parsed and encoded; what differs in the bytes,
in the warnings and in the errors is the answer. Nothing here knows what a codec should do.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
import yaml

from accord.core.dialect import Dialect
from accord.core.error import Unsupported
from accord.core.http import Headers
from accord.core.option import OnUnsupported
from accord.core.warning import CallWarning
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.dialects.codec import ChatCodec, Inbound

HERE: Final = Path(__file__).parent
PROVIDER: Final = "target"
MODELS: Final[Mapping[Dialect, str]] = {
    "openai_chat": "some-model",
    "openai_responses": "some-model",
    "anthropic_messages": "claude-sonnet-4-6",
    "gemini": "gemini-3.8-flash",
}
"""For each wire, a model that takes what the wire takes."""

Class = Literal["sent", "translated", "refused", "advisory", "filled", "lost", "-"]
_STEP: Final = re.compile(r"[^.\[\]]+|\[\d*\]")
_LONGEST: Final = 300


class Probe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field, as the data files have it."""

    field: str
    """Its path in the caller's words; `[]` is the last member of an array, `[+]` one more."""
    value: object = None
    base: str = "plain"
    nature: Literal["semantic", "advisory", "filled"] = "semantic"
    """`filled`: the field is one that some wire requires, and the probe is a request without it."""
    form: str = ""
    """What tells this value from others of the same field."""
    beside: dict[str, object] = {}
    """Other fields that must be there for this one to mean anything, by path."""
    header: bool = False
    within: str = ""
    """What holds the field, in Accord's words (or one of several): where that is left out whole, so is the field."""
    as_is: dict[str, str] = {}
    """By target (or `all`): why nothing has to be sent for the field to be heeded."""
    note: str = ""

    @property
    def name(self) -> str:
        """The field and which of its forms."""
        form = self.form or ("when missing" if self.nature == "filled" else "")
        return f"{self.field} ({form})" if form else self.field


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All probes of one dialect."""

    bases: dict[str, dict[str, object]]
    probes: list[Probe]


class Cell(NamedTuple):
    """What became of a field."""

    kind: Class
    places: tuple[str, ...]
    """Where the value is in the target's bytes, each with what stands there."""
    named: tuple[str, ...]
    """The fields that the error or the warnings name."""
    told: tuple[str, ...]
    """Warnings beside a translation: what it costs."""
    error: str = ""

    def __str__(self) -> str:
        words = [self.kind]
        if self.places:
            words.append(": " + "; ".join(self.places))
        if self.named:
            words.append(f" ({', '.join(self.named)})")
        if self.told:
            words.append(f" [{', '.join(self.told)}]")
        return "".join(words)


@cache
def sheet(dialect: Dialect) -> Sheet:
    """The probes of a dialect."""
    return msgspec.convert(yaml.safe_load((HERE / f"{dialect}.yaml").read_text()), Sheet)


def codec_of(dialect: Dialect) -> ChatCodec:
    """The wire itself, without a host's departures."""
    model = MODELS[dialect]
    match dialect:
        case "openai_chat":
            return openai_chat.OpenAIChat(model=model, provider=PROVIDER)
        case "openai_responses":
            return openai_responses.OpenAIResponses(model=model, provider=PROVIDER)
        case "anthropic_messages":
            return anthropic_messages.AnthropicMessages(model=model, provider=PROVIDER)
        case "gemini":
            return gemini.Gemini(model=model, provider=PROVIDER)


def parse(dialect: Dialect, body: Mapping[str, object], headers: Headers = ()) -> Inbound:
    """A caller's request."""
    data = json.dumps(body).encode()
    match dialect:
        case "openai_chat":
            return openai_chat.parse(data, headers)
        case "openai_responses":
            return openai_responses.parse(data, headers)
        case "anthropic_messages":
            return anthropic_messages.parse(data, headers)
        case "gemini":
            return gemini.parse(data, headers, model="m")


def requests(dialect: Dialect, probe: Probe) -> tuple[Inbound, Inbound]:
    """The request without the field, and with it."""
    without = _copy(sheet(dialect).bases[probe.base])
    for path, value in probe.beside.items():
        _put(without, path, value)
    if probe.header:
        assert isinstance(probe.value, str)
        return parse(dialect, without), parse(dialect, without, ((probe.field, probe.value),))
    given = _copy(without)
    if probe.nature != "filled":
        _put(given, probe.field, probe.value)
    return parse(dialect, without), parse(dialect, given)


def cell(dialect: Dialect, probe: Probe, target: Dialect, codec: ChatCodec | None = None) -> Cell:
    """What becomes of the field on the target's wire."""
    codec = codec or codec_of(target)
    without, given = requests(dialect, probe)
    before, warned_before = _sent(codec, without, "drop")
    if probe.nature == "filled":
        filled = [warning.field for warning in warned_before if warning.kind == "filled"]
        return Cell("filled" if filled else "-", (), tuple(filled), ())
    try:
        after, warned = _sent(codec, given, _mode(codec, without))
    except Unsupported as error:
        return Cell("refused", (), (error.param or "",), (), str(error))
    warnings = _more(warned, warned_before)
    dropped = tuple([warning.field for warning in warnings if warning.kind in ("dropped", "filled")])
    if dialect == target and _kept(after, probe) and not dropped:
        return Cell("sent", (), (), ())
    places = tuple(_differences(before, after, ""))
    told = tuple([f"{warning.field} {warning.kind}" for warning in warnings if warning.kind == "changed"])
    if places:
        return Cell("translated", places, dropped, told)
    if warnings:
        return Cell("advisory", (), dropped or tuple([warning.field for warning in warnings]), ())
    heeded = probe.as_is.get(target) or probe.as_is.get("all")
    if heeded:
        return Cell("translated", (f"({heeded})",), (), ())
    if probe.within and any(
        warning.kind == "dropped" and warning.field.startswith(tuple(probe.within.split())) for warning in warned_before
    ):
        return Cell("advisory", (), (probe.within,), ())
    return Cell("lost", (), (), ())


def dropped(dialect: Dialect, probe: Probe, target: Dialect) -> tuple[CallWarning, ...]:
    """The warnings where a refused field is to be left out instead."""
    without, given = requests(dialect, probe)
    codec = codec_of(target)
    return tuple(_more(_sent(codec, given, "drop")[1], _sent(codec, without, "drop")[1]))


def forwarded(dialect: Dialect, probe: Probe) -> bool | None:
    """Whether the field goes out, or is told of, where the caller's bytes are handed on; `None` where they are not."""
    exchange = codec_of(dialect).forward(requests(dialect, probe)[1])
    if exchange is None:
        return None
    draft = exchange.draft
    body: dict[str, object] = {**json.loads(draft.body), **{f"(header) {name}": value for name, value in draft.headers}}
    return _kept(body, probe) or bool(exchange.warnings)


def _sent(
    codec: ChatCodec, inbound: Inbound, on_unsupported: OnUnsupported
) -> tuple[dict[str, object], tuple[CallWarning, ...]]:
    exchange = codec.encode(inbound.request, stream=inbound.stream, on_unsupported=on_unsupported)
    draft = exchange.draft
    body: dict[str, object] = json.loads(draft.body)
    for name, value in draft.headers:
        body[f"(header) {name}"] = value
    if draft.stream and "stream" not in body:
        body["(path) stream"] = True
    return body, exchange.warnings


def _mode(codec: ChatCodec, without: Inbound) -> OnUnsupported:
    """How to ask: where the wire refuses what must stand beside the field, the field is looked at without that."""
    try:
        _sent(codec, without, "error")
    except Unsupported:
        return "drop"
    return "error"


def _more(after: tuple[CallWarning, ...], before: tuple[CallWarning, ...]) -> list[CallWarning]:
    """The warnings that the field brought about."""
    left = list(before)
    found: list[CallWarning] = []
    for warning in after:
        if warning in left:
            left.remove(warning)
        else:
            found.append(warning)
    return found


def _kept(body: object, probe: Probe) -> bool:
    """Whether the field stands in the bytes where its caller put it, with the same value."""
    if probe.header:
        return probe.value in [value for key, value in _object(body).items() if "header" in key]
    found = body
    for step in _steps(probe.field):
        found = _within(found, step)
    return found == probe.value


def _within(holder: object, step: str | int) -> object:
    """The member of an object, or of an array; `None` where there is none."""
    if isinstance(step, str):
        return _object(holder).get(step)
    items: list[object] = holder if isinstance(holder, list) else []
    return items[step] if -len(items) <= step < len(items) else None


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _steps(path: str) -> list[str | int]:
    return [_step(step) for step in _STEP.findall(path.replace("[+]", "[]"))]


def _step(text: str) -> str | int:
    """A member's name, or a place in an array; `[]` is the last one."""
    if not text.startswith("["):
        return text
    return int(text[1:-1]) if len(text) > 2 else -1


def _put(body: dict[str, object], path: str, value: object) -> None:
    """Puts a value where a path says; what is missing on the way is made."""
    *way, last = _steps(path)
    holder: object = body
    for step, following in zip(way, [*way, last][1:], strict=True):
        found = _within(holder, step)
        if found is None:
            found = [] if isinstance(following, int) else {}
            _add(holder, step, found)
        holder = found
    _add(holder, last, value)


def _add(holder: object, step: str | int, value: object) -> None:
    """Makes `value` the member of an object, or one more of an array."""
    if isinstance(holder, list):
        holder.append(value)
    else:
        assert isinstance(holder, dict), f"{step}: there is no object to put it in"
        holder[step] = value


def _copy(body: dict[str, object]) -> dict[str, object]:
    copy: dict[str, object] = json.loads(json.dumps(body))
    return copy


def _differences(before: object, after: object, path: str) -> Iterator[str]:
    """What the second body has that the first has not, or has not like this; and what it lacks."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in after:
            place = f"{path}.{key}" if path else key
            inner = after[key]
            if key in before or (isinstance(inner, dict) and len(inner) == 1):
                # An object made for this field alone says most at its own member.
                yield from _differences(before.get(key, {}), inner, place)
            else:
                yield f"{place} = {_shown(inner)}"
        yield from [f"{path}.{key} left out".lstrip(".") for key in before if key not in after]
    elif isinstance(before, list) and isinstance(after, list):
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from _differences(one, other, f"{path}[{index}]")
        yield from [f"{path}[{index}] = {_shown(after[index])}" for index in range(len(before), len(after))]
        if len(after) < len(before):
            yield f"{path}[{len(after)}] left out"
    else:
        yield f"{path} = {_shown(after)}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
