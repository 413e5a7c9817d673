"""What `accord prices check` and `accord models` are made of."""

from datetime import date, timedelta

from accord.catalog import facts, models
from accord.catalog.check import STALE_AFTER_DAYS, listing, price_report

BUILT = date.fromisoformat(price_report(date(2026, 12, 1)).dated)


def test_age_and_staleness() -> None:
    fresh = price_report(BUILT)
    assert (fresh.age_days, fresh.stale) == (0, False)
    assert not price_report(BUILT + timedelta(days=STALE_AFTER_DAYS)).stale
    old = price_report(BUILT + timedelta(days=STALE_AFTER_DAYS + 1))
    assert (old.age_days, old.stale) == (STALE_AFTER_DAYS + 1, True)


def test_counts() -> None:
    report = price_report(BUILT)
    assert report.models > 1000
    assert report.models >= report.priced > report.confirmed > 150
    assert any("genai-prices" in source for source in report.sources)


def test_one_provider_alone() -> None:
    report = price_report(BUILT, ["deepseek"])
    assert report.models == len(models("deepseek"))
    assert {end.model for end in report.retired} == {"deepseek-chat", "deepseek-reasoner"}
    assert report.disagreements == ()


def test_disagreements_name_both_sides_and_what_was_taken() -> None:
    report = price_report(BUILT)
    large = [one for one in report.disagreements if one.unit == "input of mistral-large-latest"]
    assert [(one.genai_prices, one.listed, one.taken) for one in large] == [("2", "0.5", "listed")]
    for one in report.disagreements:
        assert one.taken in {"listed", "genai-prices"}
        assert facts(one.provider, one.model) is not None


def test_what_is_taken_is_what_is_shipped() -> None:
    for one in price_report(BUILT).disagreements:
        name = one.unit.partition(" of ")[2] or one.model
        found = facts(one.provider, name)
        assert found is not None
        assert found.prices is not None
        shipped = found.prices.base[one.unit.partition(" ")[0]]
        assert f"{shipped.normalize():f}" == (one.listed if one.taken == "listed" else one.genai_prices)


def test_refused_prices_are_not_shipped() -> None:
    refused = price_report(BUILT).refused
    assert refused
    for one in refused:
        known = facts(one.provider, one.model.partition(" since ")[0])
        assert known is not None
        if " since " not in one.model:
            assert known.prices is None


def test_ends_are_sorted_by_day() -> None:
    report = price_report(BUILT)
    assert [end.on for end in report.retired] == sorted(end.on for end in report.retired)
    assert [end.on for end in report.announced] == sorted(end.on for end in report.announced)
    assert all(end.on > BUILT.isoformat() for end in report.announced)


def test_listing_leaves_out_what_is_gone() -> None:
    names = {facts.id for facts in listing("openai", BUILT)}
    assert "gpt-6-luna" in names
    assert "gpt-3.5-turbo" not in names
    assert "gpt-3.5-turbo" in {facts.id for facts in listing("openai", BUILT, retired=True)}


def test_listing_by_text_and_price() -> None:
    assert {facts.id for facts in listing("openai", BUILT, containing="LUNA")} == {"gpt-6-luna", "gpt-5.6-luna"}
    assert "gpt-6.2-astra" not in {facts.id for facts in listing("openai", BUILT, priced=True)}
    assert listing("nobody", BUILT) == ()
