"""The table of evidence is computed: from the recordings, and from addresses that are kept with each provider."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from accord.client.capability import capabilities
from accord.core.operation import OPERATIONS
from accord.providers import V0, OpenAI, Provider

ROOT = Path(__file__).resolve().parents[2]
PROVIDERS = get_args(Provider)
_spec = importlib.util.spec_from_file_location("evidence", ROOT / "scripts" / "evidence.py")
assert _spec is not None
assert _spec.loader is not None
table = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(table)


@pytest.mark.skipif(not (ROOT.parent / "shared" / "wire").is_dir(), reason="the recordings are not here")
def test_the_index_is_what_the_recordings_say():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "build_evidence.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_operation_has_a_column():
    assert set(OPERATIONS) <= set(table.TITLES)


@pytest.mark.parametrize("cls", PROVIDERS)
def test_sources_are_addresses_of_what_the_provider_has(cls):
    assert set(cls.sources) <= capabilities(cls)
    assert "chat" in cls.sources
    assert all(url.startswith("https://") for url in cls.sources.values())


class Sample(OpenAI, frozen=True, kw_only=True, tag="sample"):
    sources = {"embeddings": "https://docs.example.com/embeddings"}


def test_a_cell_is_what_shows_it():
    index = {"sample": {"chat": 3}}
    assert table.cell(Sample, "chat", index) == "recorded 3"
    assert table.cell(Sample, "embeddings", index) == "[documented](https://docs.example.com/embeddings)"
    assert table.cell(Sample, "speech", index) == "unverified"
    assert table.cell(V0, "count_tokens", index) == "", "v0 counts nothing beforehand"
    assert table.cell(Sample, "tools", index) == "unverified", "the catalogue knows no model of it"
    assert table.cell(Sample, "tools", {}) == "unverified"


def test_the_index_holds_counts_alone():
    index = json.loads((ROOT / "docs" / "reference" / "recorded.json").read_text())
    assert all(isinstance(count, int) and count > 0 for counts in index.values() for count in counts.values())
    assert {capability for counts in index.values() for capability in counts} <= set(table.TITLES)
