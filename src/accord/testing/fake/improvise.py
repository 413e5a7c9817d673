"""What the fake says when the script says nothing: it echoes, calls the tools it is told to, and plays its demo models."""

import json
import re

import msgspec

from accord.core.json import NotJson, loads_object
from accord.core.part import Part, Reasoning, Refusal, Text, ToolCall
from accord.testing.fake.asked import Asked, OfferedTool
from accord.testing.fake.behaviour import Behaviour, Failure, Reply
from accord.testing.fake.delivery import Cut, Delivery, Hold
from accord.testing.fake.instance import instance

THOUGHT = "The user wants an answer, so let me think about what they said."
"""What the fake thinks, always."""

REFUSAL = "I can't help with that."

LONG_WORDS = 2000
"""How many words the model `long` says."""

DEMO_MODELS = (
    "echo",
    "tools",
    "reasoning",
    "slow",
    "long",
    "refusal",
    "cut",
    "hang",
    "error-400",
    "error-401",
    "error-404",
    "error-429",
    "error-500",
    "error-503",
)
"""Models with a behaviour of their own. Every other name is an echo. Any status works in `error-<status>`."""

_COMMAND = re.compile(r"^call\s+([\w.:/-]+)\s*(.*)$")


def improvise(asked: Asked) -> Behaviour:
    """The usual behaviour of the model that is asked."""
    failure = demo_failure(asked.model)
    if failure is not None:
        return failure
    match base_name(asked.model):
        case "slow":
            return _reply(asked, Delivery(between=0.05, before_head=0.0 if asked.stream else 0.5))
        case "long":
            words = " ".join([f"word{number}" for number in range(1, LONG_WORDS + 1)])
            return _answering(asked, words, Delivery())
        case "refusal":
            return Reply(content=(Refusal(text=REFUSAL),))
        case "cut":
            fault = Cut(events=3) if asked.stream else Cut(body_bytes=20)
            return _reply(asked, Delivery(fault=fault))
        case "hang":
            return _reply(asked, Delivery(fault=Hold()))
        case _:
            return _reply(asked, Delivery())


def demo_failure(model: str) -> Failure | None:
    """The failure of a model `error-<status>`; `None` for every other."""
    name = base_name(model)
    if not re.fullmatch(r"error-[45]\d\d", name):
        return None
    status = int(name.removeprefix("error-"))
    return Failure(status=status, headers=(("retry-after", "1"),) if status in {429, 503} else ())


def base_name(model: str) -> str:
    """The model's name without what precedes the last slash."""
    return model.rpartition("/")[2]


def usual(asked: Asked) -> Reply:
    """The usual answer of the model that is asked, as far as it is an answer."""
    found = improvise(asked)
    return found if isinstance(found, Reply) else _reply(asked, Delivery())


def _reply(asked: Asked, delivery: Delivery) -> Reply:
    calls = _calls(asked)
    if calls:
        return Reply(content=(*_thoughts(asked), *calls), delivery=delivery)
    if asked.schema is not None:
        text = json.dumps(instance(asked.schema, asked.text))
    elif asked.json_only:
        text = json.dumps({"echo": asked.text})
    else:
        text = "\n".join(asked.results) if asked.results else asked.text
    return _answering(asked, text, delivery)


def _answering(asked: Asked, text: str, delivery: Delivery) -> Reply:
    """The text within the caller's stop sequences."""
    met = min((stop for stop in asked.stops if stop and stop in text), key=text.index, default=None)
    if met is None:
        return Reply(content=(*_thoughts(asked), Text(text=text)), delivery=delivery)
    kept = text[: text.index(met)]
    return Reply(content=(*_thoughts(asked), Text(text=kept)), finish="stop", stop_sequence=met, delivery=delivery)


def _thoughts(asked: Asked) -> tuple[Part, ...]:
    match asked.thinking:
        case "off":
            return ()
        case "hidden":
            return (Reasoning(),)
        case "shown":
            return (Reasoning(text=THOUGHT),)


def _calls(asked: Asked) -> tuple[ToolCall, ...]:
    """The tools to call: those the user names, the one the caller demands, or (model `tools`) the first one."""
    if not asked.tools or not asked.may_call or asked.results:
        return ()
    commanded = [call for line in asked.text.splitlines() if (call := _commanded(asked, line)) is not None]
    if commanded:
        return tuple(commanded)
    if asked.named is not None:
        return tuple([_call(asked, tool) for tool in asked.tools if tool.name == asked.named][:1])
    if asked.must_call or base_name(asked.model) == "tools":
        return (_call(asked, asked.tools[0]),)
    return ()


def _commanded(asked: Asked, line: str) -> ToolCall | None:
    """The call that a line `call <tool> <arguments>` asks for."""
    found = _COMMAND.match(line)
    tool = next((tool for tool in asked.tools if found is not None and tool.name == found[1]), None)
    if found is None or tool is None:
        return None
    call = _call(asked, tool)
    return msgspec.structs.replace(call, arguments=found[2]) if found[2] else call


def _call(asked: Asked, tool: OfferedTool) -> ToolCall:
    custom = tool.kind == "custom"
    arguments = asked.text if custom else json.dumps(instance(tool.schema, asked.text))
    return ToolCall(id="", name=tool.name, arguments=arguments, kind=tool.kind, namespace=tool.namespace)


def arguments_object(arguments: str) -> dict[str, object]:
    """A call's arguments as the object some wires carry. Raises `ValueError` where they are none."""
    try:
        return loads_object(arguments or "{}")
    except NotJson as error:
        raise ValueError(f"these arguments are no JSON object, which this wire cannot say: {arguments!r}") from error
