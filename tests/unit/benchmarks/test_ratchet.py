"""The ratchet counts the same twice, and lets nothing pass that costs a tenth more."""

from benchmarks import ratchet


def test_a_tenth_more_is_too_much() -> None:
    known = {"chat": {"instructions": 1000, "calls": 100}}
    assert ratchet.verdict({"chat": {"instructions": 1100, "calls": 90}}, known) == []
    (said,) = ratchet.verdict({"chat": {"instructions": 1101, "calls": 90}}, known)
    assert said == "chat: 1,101 instructions, +10.1% beside 1,000"
    assert ratchet.verdict({"new": {"instructions": 5}}, known) == []


async def test_it_counts_the_same_twice_and_sees_more_work() -> None:
    what = ratchet.CASES["chat, passed through"]
    first, second = await ratchet.measure(what), await ratchet.measure(what)
    assert first["calls"] > 50
    # What is looked at once a second (who fails more than others, slots of a window) may fall into either.
    assert abs(first["instructions"] - second["instructions"]) < 0.04 * first["instructions"]
    translated = await ratchet.measure(ratchet.CASES["chat, translated to Anthropic"])
    assert translated["instructions"] > first["instructions"]


def test_a_call_of_the_library_is_counted_too() -> None:
    first, second = ratchet.measure_library(), ratchet.measure_library()
    assert first["calls"] > 100
    assert abs(first["instructions"] - second["instructions"]) < 0.01 * first["instructions"]
