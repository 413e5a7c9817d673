"""Every recorded answer reaches callers of every wire as what the vendor's own SDK makes of it: read by the provider's codec
however its bytes are split, written for the caller, and read again by the SDK of the caller's wire.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3].parent / "shared"
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "wire").glob("*.jsonl.gz"))
INGRESSES = ("openai_chat", "openai_responses", "anthropic_messages", "gemini")
RATES = Counter()

if not FILES:
    pytest.skip("the recordings are not here", allow_module_level=True)

# What is not as the oracle has it, and why: the recording, the callers' wires it is so on, the member that differs.
CUT_OFF = (
    "The token limit cut the arguments off: callers are handed that half of a JSON text, the oracle has an object."
)
BEYOND = "The host counts more tokens from or into its cache than it counts of input: Anthropic's sum cannot say that."
TEXTUAL = ("openai_chat", "openai_responses", "gemini")
KNOWN_MISSES = {
    "deepseek-a2ad2e4fcb": (INGRESSES, "tool_calls", CUT_OFF),
    "deepseek-34204afa69": (INGRESSES, "tool_calls", CUT_OFF),
    "deepseek-edd9ab966f": (INGRESSES, "tool_calls", CUT_OFF),
    "mistral-8dbdcdc39a": (INGRESSES, "tool_calls", CUT_OFF),
    "openrouter-ea1cd1ec3c": (INGRESSES, "tool_calls", CUT_OFF),
    "deepseek-bfe6dfb4f4": (TEXTUAL, "tool_calls", CUT_OFF),
    "deepseek-5b6ee62ff3": (TEXTUAL, "tool_calls", CUT_OFF),
    "deepseek-3db9667244": (TEXTUAL, "tool_calls", CUT_OFF),
    "mistral-a5e7ba9da1": (TEXTUAL, "tool_calls", CUT_OFF),
    "openai-08b725a415": (TEXTUAL, "tool_calls", CUT_OFF),
    "openai-c737a4001c": (TEXTUAL, "tool_calls", CUT_OFF),
    "openrouter-f1bea2f665": (TEXTUAL, "tool_calls", CUT_OFF),
    "azure-ai-4e99642d75": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-172aa1eb90": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-ab16c2a9f8": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-3efb951a2b": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-1381e969f2": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-83fa1a03e9": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-85419b5bd8": (("anthropic_messages",), "usage", BEYOND),
    "openrouter-7e90ba5067": (("anthropic_messages",), "usage", BEYOND),
}


def arguments(value):
    """Arguments as an object; a text that is half a JSON text stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else {}
    except ValueError:
        return value


def expected(recording, ingress, found):
    """The oracle in the words of a wire: some have no place for a refusal but the text."""
    oracle = {key: recording["oracle"][key] for key in found}
    if oracle["refusal"] and ingress in ("anthropic_messages", "gemini"):
        oracle["text"] += oracle["refusal"]
        oracle["refusal"] = ""
        if ingress == "anthropic_messages":
            oracle["finish"] = "content_filter"
    if found["finish"] in recording["oracle"].get("finish_also", ()):
        oracle["finish"] = found["finish"]
    # Some wires have no way to say that a count is unknown.
    oracle["usage"] = {key: value or 0 for key, value in oracle["usage"].items()}
    return oracle


def differences(recording, ingress, through, sdk_reads, way="written"):
    """The members of an answer that are not what the oracle has; none where the provider's bytes are not handed on."""
    try:
        data = getattr(through, way)(recording, ingress)
        if data is None:
            return {}
        found = sdk_reads(ingress, data, recording["stream"])
    except Exception as error:  # every failure is a miss of this recording
        return {"raised": f"{type(error).__name__}: {error}"}
    found["tool_calls"] = [[name, arguments(value)] for name, value in found["tool_calls"]]
    found["usage"] = {key: value or 0 for key, value in found["usage"].items()}
    oracle = expected(recording, ingress, found)
    return {key: (found[key], oracle[key]) for key in found if found[key] != oracle[key]}


RECORDED = [(file, ingress) for file in FILES for ingress in INGRESSES]


@pytest.mark.parametrize(("file", "ingress"), RECORDED)
def test_callers_of_every_wire_get_what_the_vendors_sdk_reads(file, ingress, through, sdk_reads):
    answers = [one for one in through.recordings(file) if not one["oracle"]["error"]]
    found = {one["id"]: differences(one, ingress, through, sdk_reads) for one in answers}
    missed = {name: miss for name, miss in found.items() if miss}
    known = {name: member for name, (wires, member, _) in KNOWN_MISSES.items() if name in found and ingress in wires}
    RATES[file, ingress, "right"] = sum(not miss for miss in found.values())
    RATES[file, ingress, "all"] = len(answers)
    RATES[file, ingress, "known"] = len(known)
    assert {name: miss for name, miss in missed.items() if list(miss) != [known.get(name)]} == {}
    assert missed.keys() == known.keys()


# Callers of Responses, Messages and Gemini are handed the vendor's own bytes, names replaced, which their tests hold to.
@pytest.mark.parametrize("file", FILES)
def test_callers_of_chat_completions_who_are_handed_the_hosts_bytes_get_the_same(file, through, sdk_reads):
    answers = [one for one in through.recordings(file) if not one["oracle"]["error"]]
    missed = {one["id"]: differences(one, "openai_chat", through, sdk_reads, "handed_on") for one in answers}
    known = {name: member for name, (wires, member, _) in KNOWN_MISSES.items() if "openai_chat" in wires}
    assert {name: miss for name, miss in missed.items() if miss and list(miss) != [known.get(name)]} == {}


def test_rates():
    """The table of the answers that are right, by recorded file and by the caller's wire."""
    print("", f"{'':24}" + "".join(f"{ingress:>20}" for ingress in INGRESSES), sep="\n")
    for file in FILES:
        cells = [f"{RATES[file, ingress, 'right']}/{RATES[file, ingress, 'all']}" for ingress in INGRESSES]
        print(f"{file:24}" + "".join(f"{cell:>20}" for cell in cells))
    right = sum(count for (*_, what), count in RATES.items() if what == "right")
    total = sum(count for (*_, what), count in RATES.items() if what == "all")
    print(f"{right} of {total}")
    if not total:
        pytest.skip("no answers were read in this process")
    # Of the files that this process read: others may read the rest at the same time.
    assert right == total - sum(count for (*_, what), count in RATES.items() if what == "known")
