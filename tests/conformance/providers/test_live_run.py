"""The live run, against fakes that stand for the real services: what it asks, what it spends, where it stops, what it writes."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accord.client.environment import PROVIDER_TYPES
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers import OpenAI, VertexAI
from accord.testing import Failure, FakeProvider
from accord.testing.live import LIVE_CHECKS, cheapest_model, report_of, run_live, with_key
from accord.testing.provider_suite import CHECKS, NEED_A_FAKE
from accord.testing.purse import MOST_OUTPUT, MeteredClient, Purse, SpentUp

ROOT = Path(__file__).parents[3]
DAY = datetime(2026, 11, 23, tzinfo=UTC)
DOLLAR = Decimal(1)


@pytest.fixture
def service():
    with FakeProvider(strict=False) as fake:
        yield fake


def environ_of(fake):
    return {"OPENAI_API_KEY": fake.key, "OPENAI_BASE_URL": fake.url}


def section(sections, name):
    return next(one for one in sections if one.provider == name)


def test_without_keys_it_says_what_it_would_do_and_asks_nobody():
    sections = run_live({}, DOLLAR, DAY)
    assert [one.provider for one in sections] == list(PROVIDER_TYPES)
    assert all(one.reason and one.spent == 0 for one in sections)
    report = report_of(sections, DOLLAR, DAY)
    assert "at most 0 of 1 US dollars were spent" in report
    assert "set OPENAI_API_KEY. Would ask" in report
    assert "set MISTRAL_API_KEY" in report


def test_with_a_key_it_runs_the_suite_and_counts_every_cent(service):
    sections = run_live(environ_of(service), DOLLAR, DAY)
    openai = section(sections, "openai")
    assert {one.check: (one.result, one.reason) for one in openai.findings} == {
        check.__name__: ("passed", "") for check in LIVE_CHECKS
    }
    assert openai.health.startswith("healthy")
    assert 0 < openai.spent < Decimal("0.05")
    assert all(one.reason for one in sections if one.provider != "openai")
    for request in service.requests:
        if request.method == "POST" and request.status == 200:
            limits = [
                request.json[name] for name in ("max_completion_tokens", "max_output_tokens") if name in request.json
            ]
            assert len(limits) == 1
            assert limits[0] <= MOST_OUTPUT


def test_it_stops_at_the_cap(service):
    enough = section(run_live(environ_of(service), DOLLAR, DAY), "openai").spent
    # Before each call there must be enough for the longest answer, which none of them gives.
    openai = section(run_live(environ_of(service), enough, DAY), "openai")
    results = [one.result for one in openai.findings]
    assert "passed" in results
    assert "not run" in results
    assert openai.spent <= enough
    assert any("are left" in one.reason for one in openai.findings)


def test_a_cap_of_nothing_asks_nothing_that_costs(service):
    run_live(environ_of(service), Decimal(0), DAY)
    asked = [one for one in service.requests if one.method == "POST" and one.status == 200]
    assert asked == []


def test_a_failure_is_a_finding(service):
    service.always(Failure(status=500))
    findings = section(run_live(environ_of(service), DOLLAR, DAY), "openai").findings
    assert {one.result for one in findings if one.check != "refuses_a_bad_key"} == {"failed"}


def test_no_report_shows_a_key(service):
    service.always(Failure(status=401, message=f"no such key: {service.key}"))
    assert service.key not in report_of(run_live(environ_of(service), DOLLAR, DAY), DOLLAR, DAY)


def test_only_what_needs_a_fake_is_left_out():
    assert set(LIVE_CHECKS) | set(NEED_A_FAKE) == set(CHECKS)
    assert not set(LIVE_CHECKS) & set(NEED_A_FAKE)


class TestPurse:
    def client(self, fake, cap, model="gpt-5.4-mini"):
        purse = Purse(Decimal(cap))
        return MeteredClient(OpenAI(api_key=fake.key, base_url=fake.url), purse), purse

    def test_pays_what_the_answer_cost_and_puts_the_rest_back(self, service):
        client, purse = self.client(service, "1")
        with client:
            response = client.chat_completion("Hello", model="gpt-5.4-mini")
        assert response.cost is not None
        assert purse.spent == response.cost.amount

    def test_pays_for_a_stream_when_it_has_ended(self, service):
        client, purse = self.client(service, "1")
        with client:
            with client.chat_completion_stream("Hello", model="gpt-5.4-mini") as stream:
                taken = purse.spent
                list(stream)
            purse.settle()
            assert stream.response.cost is not None
            assert purse.spent == stream.response.cost.amount
        assert taken > purse.spent

    def test_pays_the_most_for_what_may_have_been_served(self, service):
        client, purse = self.client(service, "1")
        service.always(Failure(status=500))
        with client, pytest.raises(Exception, match="error"):
            client.chat_completion("Hello", model="gpt-5.4-mini")
        assert purse.spent > 0

    def test_pays_nothing_for_what_was_refused(self, service):
        client, purse = self.client(service, "1")
        service.always(Failure(status=400))
        with client, pytest.raises(Exception, match="request"):
            client.chat_completion("Hello", model="gpt-5.4-mini")
        assert purse.spent == 0

    def test_makes_no_call_of_unknown_price(self, service):
        client, purse = self.client(service, "1")
        with client, pytest.raises(SpentUp, match="unknown"):
            client.chat_completion(ChatRequest(messages=(user("x"),)), model="nobody-knows-this")
        assert (service.requests, purse.spent) == ((), 0)

    def test_pays_for_conversations_alone(self, service):
        client: Any = self.client(service, "1")[0]
        with client, pytest.raises(SpentUp, match="only conversations"):
            client.embeddings("x", model="text-embedding-3-small")


def test_the_cheapest_model_is_computed():
    for name in PROVIDER_TYPES:
        facts = cheapest_model(name, DAY)
        if facts is not None:
            assert facts.tools
            assert facts.prices is not None


def test_a_wrong_key_stands_wherever_there_was_a_good_one():
    assert with_key(OpenAI(api_key="a"), "b") == OpenAI(api_key="b")
    assert with_key(VertexAI(project="p"), "b").credential() == VertexAI(project="p", credentials="b").credential()


def run_script(environ, *arguments, cwd):
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "live.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), **environ},
    )


def test_the_command_writes_a_dated_report(service, tmp_path):
    done = run_script(environ_of(service), "--cap", "0.5", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = (tmp_path / "live-reports").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z\.md", report.name)
    assert "| answers | passed |" in report.read_text()


def test_the_command_without_keys_writes_nothing(tmp_path):
    done = run_script({}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Would ask" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_command_fails_where_a_check_did(service, tmp_path):
    service.always(Failure(status=500))
    assert run_script(environ_of(service), cwd=tmp_path).returncode == 1
    assert "no amount" in run_script({}, "--cap", "much", cwd=tmp_path).stderr
