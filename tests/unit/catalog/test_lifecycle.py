"""Models that are going away: a warning with the day and the successor, in time."""

from datetime import date

import pytest

from accord.catalog import facts, models
from accord.catalog.lifecycle import is_retired, lifecycle_warning, retirement
from accord.core.model import ModelFacts

ENDS = ModelFacts(id="old", provider="openai", deprecated="2026-12-11", successor="new")


@pytest.mark.parametrize(
    ("today", "message"),
    [
        (date(2026, 9, 11), None),
        (date(2026, 9, 12), "old will be shut down on 2026-12-11 (in 90 days); new takes its place"),
        (date(2026, 12, 10), "old will be shut down on 2026-12-11 (in 1 days); new takes its place"),
        (date(2026, 12, 11), "old was to be shut down on 2026-12-11; new takes its place"),
        (date(2027, 5, 1), "old was to be shut down on 2026-12-11; new takes its place"),
    ],
)
def test_warns_in_time(today: date, message: str | None) -> None:
    warning = lifecycle_warning(ENDS, today)
    if message is None:
        assert warning is None
    else:
        assert warning is not None
        assert (warning.kind, warning.field, warning.message) == ("deprecated", "model", message)


def test_nothing_is_said_where_nothing_is_known() -> None:
    today = date(2030, 1, 1)
    assert lifecycle_warning(None, today) is None
    assert lifecycle_warning(ModelFacts(id="m"), today) is None
    assert lifecycle_warning(facts("openai", "gpt-5.4-nano-x"), today) is None


@pytest.mark.parametrize(
    ("provider", "model", "day", "successor"),
    [
        ("openai", "gpt-3.5-turbo-0125", "2026-10-23", None),
        ("openai", "gpt-5-2025-08-07", "2026-12-11", None),
        ("openai", "gpt-image-1", "2026-10-23", "gpt-image-2.5-sunburst"),
        ("openai", "whisper-1", "2027-02-26", "gpt-transcribe"),
        ("azure", "gpt-5", "2027-02-09", None),
        ("azure", "o3", "2026-11-19", None),
        ("anthropic", "claude-sonnet-4-5-20250929", "2026-11-30", None),
        ("vertex_ai", "claude-sonnet-4-5@20250929", "2026-09-29", None),
        ("mistral", "devstral-latest", "2026-08-31", "mistral-medium-3-5"),
        ("deepseek", "deepseek-reasoner", "2026-07-24", "deepseek-flash"),
        ("meta_llama", "Llama-3.3-70B-Instruct", "2026-07-06", "muse-spark-1.3"),
        ("gemini", "gemini-2.5-flash-image", "2026-10-02", "gemini-3.1-flash-image"),
    ],
)
def test_ends_from_the_notes(provider: str, model: str, day: str, successor: str | None) -> None:
    found = facts(provider, model)
    assert found is not None
    end = retirement(found, date(2026, 11, 24))
    assert end is not None
    assert (end.on, end.successor) == (day, successor)
    assert end.over == (day <= "2026-11-24")


def test_a_retired_model_still_has_a_price() -> None:
    """Some hosts keep a model longer than announced, and old calls are still counted."""
    old = facts("openai", "gpt-4")
    assert old is not None
    assert is_retired(old, date(2026, 11, 24))
    assert old.prices is not None


def test_most_models_are_not_retired() -> None:
    today = date(2026, 11, 24)
    assert sum(is_retired(known, today) for known in models("anthropic")) < len(models("anthropic")) / 2
