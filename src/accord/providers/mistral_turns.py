"""The order in which Mistral takes turns. Another one is refused with 400, code 3230.

Every call is answered before anything else is said; results answer calls; the last turn is the user's, a tool's, or an
assistant's marked as the beginning of the answer. Older models, and the templates of other hosts, want an assistant's turn
between results and the user, and instructions nowhere but at the beginning.
https://docs.mistral.ai/capabilities/function_calling.
"""

from accord.core.json import as_array, as_object
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.dialects.openai_chat import Json

_FREE = frozenset(
    {
        "mistral-small-2603",
        "mistral-medium-3-5",
        "mistral-large-4",
        "ministral-3b-2512",
        "ministral-8b-2512",
        "ministral-14b-2512",
    }
)
"""Models that were seen to take the user's turn after results, and instructions within the conversation."""

_NO_RESULT = "(no result)"
_BETWEEN = "OK"


def ordered(messages: list[Json], known: ModelFacts | None, losses: Losses) -> list[Json]:
    """The messages in an order the model takes."""
    turns = _answered(messages, losses)
    if known is None or known.provider != "mistral" or known.id not in _FREE:
        turns = _separated(_instructed(turns, losses), losses)
    last = turns[-1] if turns else None
    if last is not None and last["role"] == "assistant" and "tool_calls" not in last:
        last["prefix"] = True
    return turns


def _answered(messages: list[Json], losses: Losses) -> list[Json]:
    """Calls and results in pairs: what is missing is filled in, what answers nothing is said by the user."""
    turns: list[Json] = []
    open_calls: list[str] = []
    for message in messages:
        call_id = str(message["tool_call_id"]) if message["role"] == "tool" else None
        if call_id in open_calls:
            open_calls.remove(str(call_id))
            turns.append(message)
            continue
        turns += _filled(open_calls, losses)
        if call_id is None:
            turns.append(message)
        else:
            losses.change("messages", f"the result {call_id!r} answers no call and is sent as the user's words")
            turns.append(_of_user(message))
        open_calls = _calls_of(message)
    return turns + _filled(open_calls, losses)


def _filled(open_calls: list[str], losses: Losses) -> list[Json]:
    if open_calls:
        losses.fill("messages", f"the tool calls {', '.join(open_calls)} have no result; {_NO_RESULT!r} is sent")
    return [{"role": "tool", "tool_call_id": call_id, "content": _NO_RESULT} for call_id in open_calls]


def _calls_of(message: Json) -> list[str]:
    calls = as_array(message.get("tool_calls")) or []
    return [str((as_object(call) or {}).get("id")) for call in calls]


def _instructed(turns: list[Json], losses: Losses) -> list[Json]:
    """Instructions after the beginning become the user's words."""
    begun = False
    placed: list[Json] = []
    for turn in turns:
        if turn["role"] == "system" and begun:
            losses.change("messages", "instructions within the conversation are sent as the user's words")
            placed.append(_of_user(turn))
        else:
            placed.append(turn)
        begun = begun or turn["role"] != "system"
    return placed


def _of_user(message: Json) -> Json:
    return {"role": "user", "content": message["content"]}


def _separated(turns: list[Json], losses: Losses) -> list[Json]:
    """A word of the assistant's between results and the user."""
    separated: list[Json] = []
    for turn in turns:
        if turn["role"] == "user" and separated and separated[-1]["role"] == "tool":
            losses.change(
                "messages", f"the model wants the assistant's turn before the user's; {_BETWEEN!r} is put there"
            )
            separated.append({"role": "assistant", "content": _BETWEEN})
        separated.append(turn)
    return separated
