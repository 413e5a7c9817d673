"""What one of Google's two services takes and the other does not. A field the service does not know is refused by it.

As google-genai 3.4 refuses them before sending (`google/genai/models.py`).
"""

from collections.abc import Iterator, Mapping

from accord.core.json import as_object
from accord.core.loss import Losses
from accord.core.part import Reasoning
from accord.core.request import ChatRequest
from accord.core.tool import HostedTool
from accord.dialects.gemini.dialect import DIALECT, own
from accord.dialects.gemini.knobs import Knobs

_AI_STUDIO_ALONE = frozenset(
    {
        ("store",),
        ("mcpServers",),
        ("toolConfig", "includeServerSideToolInvocations"),
        ("generationConfig", "enableEnhancedCivicAnswers"),
    }
)
_VERTEX_ALONE = frozenset(
    {
        ("modelArmorConfig",),
        ("generationConfig", "routingConfig"),
        ("generationConfig", "modelSelectionConfig"),
        ("generationConfig", "audioTimestamp"),
    }
)
_NEVER = ("toolConfig", "functionCallingConfig", "streamFunctionCallArguments")
"""Makes a stream give arguments in pieces of another kind, addressed by path; Accord has them whole."""

_BINDING = frozenset({("modelArmorConfig",), ("model_armor_config",)})
"""Without it a prompt would go unscreened, which is not for Accord to decide."""

_TOOLS_OF_AI_STUDIO = frozenset({"fileSearch", "mcpServers"})
_TOOLS_OF_VERTEX = frozenset({"retrieval", "enterpriseWebSearch", "parallelAiSearch", "exaAiSearch"})


def elsewhere_tool(name: str, knobs: Knobs) -> str | None:
    """Why the service does not have a hosted tool, `None` where it has."""
    vertex = knobs.platform == "vertex"
    if _camel(name) in (_TOOLS_OF_AI_STUDIO if vertex else _TOOLS_OF_VERTEX):
        return f"{name} is a tool of {'AI Studio' if vertex else 'Vertex AI'} alone"
    return None


def elsewhere_fields(body: Mapping[str, object], knobs: Knobs) -> Iterator[tuple[str, ...]]:
    """The paths of members that the service does not take, in the spelling they have."""
    absent = _AI_STUDIO_ALONE if knobs.platform == "vertex" else _VERTEX_ALONE
    for key, value in body.items():
        if (_camel(key),) in absent:
            yield (key,)
        for inner, deep in (as_object(value) or {}).items():
            if (_camel(key), _camel(inner)) in absent:
                yield (key, inner)
            for innermost in as_object(deep) or {}:
                if (_camel(key), _camel(inner), _camel(innermost)) == _NEVER:
                    yield (key, inner, innermost)


def can_forward(request: ChatRequest, knobs: Knobs) -> bool:
    """Whether the service takes the bytes of a request of this wire as they are."""
    if any(True for _ in elsewhere_fields(own(request.extra), knobs)):
        return False
    if any(isinstance(tool, HostedTool) and elsewhere_tool(tool.name, knobs) is not None for tool in request.tools):
        return False
    # Thoughts of another model's that this caller was shown are signed by Accord, and no business of Google's.
    return not any(
        isinstance(part, Reasoning) and part.owner != DIALECT for message in request.messages for part in message.parts
    )


def without_elsewhere_fields(body: dict[str, object], knobs: Knobs, losses: Losses) -> dict[str, object]:
    """The request without those members, each reported."""
    for *holders, name in list(elsewhere_fields(body, knobs)):
        way = [body]
        for key in holders:
            way.append(as_object(way[-1].get(key)) or {})
        if way[-1].pop(name, None) is not None:
            tell = losses.refuse if (*holders, name) in _BINDING else losses.advise
            tell(".".join([*holders, name]), "this service does not take the field")
        for outer, key, inner in reversed(list(zip(way, holders, way[1:], strict=False))):
            if not inner:
                outer.pop(key, None)
    return body


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join([word.capitalize() for word in others])
