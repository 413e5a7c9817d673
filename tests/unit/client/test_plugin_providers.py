"""Providers from other packages, found by real metadata of packages on the path: used, configured, and told apart when broken."""

import importlib
import json
import os
import subprocess
import sys

import jsonschema
import pytest

import accord
from accord.client.environment import known_providers, provider_from_environment
from accord.client.plugin import plugin_class, plugin_entries, shadowed
from accord.core.error import ConfigError
from accord.gateway.config import load_config
from accord.gateway.config.schema import config_schema, installed_providers
from accord.testing import FakeProvider

GOOD = '''
from typing import ClassVar
from accord.providers.base import EnvNames
from accord.providers.openai_like import OpenAILike

class Lab(OpenAILike, frozen=True, kw_only=True, tag="lab"):
    """The lab's models."""
    env: ClassVar[EnvNames] = {"api_key": ("LAB_API_KEY",), "base_url": ("LAB_API_BASE",)}
    label: ClassVar[str] = "Lab"
    default_base_url: ClassVar[str] = "https://api.lab.example/v1"
    room: str = ""

class OpenAI(OpenAILike, frozen=True, kw_only=True, tag="lab_too"):
    """A class of a name that Accord has too."""

class Renamed(OpenAILike, frozen=True, kw_only=True, tag="other"):
    """Its tag is not its entry point's name."""

class Usurper(OpenAILike, frozen=True, kw_only=True, tag="openai"):
    """Claims a name of Accord's own."""

class NoProvider:
    """Something else."""
'''
EMPTY = '''
from accord.providers.base import ProviderBase

class Empty(ProviderBase, frozen=True, kw_only=True, tag="empty"):
    """Has no methods."""
'''


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of packages, and a way to install some there."""
    plugin_entries.cache_clear()
    plugin_class.cache_clear()
    monkeypatch.syspath_prepend(str(tmp_path))
    installed = []

    def install(name, source, **entries):
        module = f"{name}_provider"
        (tmp_path / f"{module}.py").write_text(source)
        folder = tmp_path / f"{name}-1.2.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        lines = [f"{entry} = {value.replace('MODULE', module)}" for entry, value in entries.items()]
        (folder / "entry_points.txt").write_text("\n".join(["[accord.providers]", *lines, ""]))
        importlib.invalidate_caches()
        plugin_entries.cache_clear()
        installed.append(module)
        return tmp_path

    yield install
    plugin_entries.cache_clear()
    plugin_class.cache_clear()
    for module in installed:
        sys.modules.pop(module, None)


def config_of(folder, text):
    path = folder / "accord.yaml"
    path.write_text(text)
    return path


def test_nothing_is_loaded_before_it_is_used(site):
    site("lab", "raise SystemExit('loaded')", lab="MODULE:Lab")
    assert "lab" in known_providers()
    assert "lab_provider" not in sys.modules


def test_one_is_addressed_by_model_string_and_set_up_from_the_environment(site):
    site("lab", GOOD, lab="MODULE:Lab")
    with FakeProvider(strict=False) as fake:
        environ = {"LAB_API_KEY": fake.key, "LAB_API_BASE": fake.url}
        with accord.Client("lab/m-1", environ=environ) as client:
            assert client.name == "lab"
            response = client.chat_completion("Hello")
            assert (response.text, response.provider) == ("Hello", "lab")
            assert response.cost is not None
            assert response.cost.amount is None, "the catalogue knows nothing of it"
    with pytest.raises(ConfigError, match="LAB_API_KEY"):
        provider_from_environment("lab", {})


def test_one_is_configured_by_its_type(site):
    folder = site("lab", GOOD, lab="MODULE:Lab")
    found = load_config(config_of(folder, "providers:\n  mine: {type: lab, api_key: sk-test, room: b2}\n"), {})
    provider = found.providers["mine"]
    assert (provider.type, provider.url) == ("lab", "https://api.lab.example/v1")


def test_its_mistakes_are_told_like_those_of_accords_own(site):
    folder = site("lab", GOOD, lab="MODULE:Lab")
    with pytest.raises(ConfigError, match=r"providers\.mine\.rom: unknown key; did you mean 'room'"):
        load_config(config_of(folder, "providers:\n  mine: {type: lab, api_key: sk-test, rom: b2}\n"), {})
    with pytest.raises(ConfigError, match=r"providers\.mine: `api_key` is missing"):
        load_config(config_of(folder, "providers:\n  mine: {type: lab}\n"), {})
    with pytest.raises(ConfigError, match=r"providers\.mine\.type: 'labb' is no type of provider; did you mean 'lab'"):
        load_config(config_of(folder, "providers:\n  mine: {type: labb}\n"), {})


def test_the_schema_has_it_under_a_name_of_its_own(site):
    site("lab", GOOD, lab="MODULE:Lab", lab_too="MODULE:OpenAI", broken="MODULE:Nothing")
    schema = config_schema(installed_providers())
    jsonschema.validate({"providers": {"mine": {"type": "lab", "api_key": "k", "room": "b2"}}}, schema)
    jsonschema.validate({"providers": {"mine": {"type": "openai", "organization": "o"}}}, schema)
    for wrong in ({"type": "lab", "rom": 1}, {"type": "lab_too", "organization": "o"}, {"type": "broken"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"providers": {"mine": wrong}}, schema)
    assert "lab_too" not in json.dumps(config_schema()), (
        "the project's own reference knows nothing of what is installed"
    )


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ("import nowhere_to_be_found", "MODULE:Lab", r"cannot be loaded.*ModuleNotFoundError.*nowhere_to_be_found"),
        ("def broken(:", "MODULE:Lab", "cannot be loaded.*SyntaxError"),
        ("1 / 0", "MODULE:Lab", "cannot be loaded.*ZeroDivisionError"),
        (GOOD, "MODULE:Missing", "cannot be loaded.*Missing"),
        (GOOD, "MODULE:NoProvider", "is no provider: it has to be a class derived from accord.providers.ProviderBase"),
        (GOOD, "MODULE:__name__", "is no provider"),
        (GOOD, "MODULE:Renamed", "has the tag 'other', and its entry point another name; write `tag='lab'`"),
        (EMPTY, "MODULE:Empty", "has the tag 'empty'"),
    ],
)
def test_a_broken_one_says_which_package_is_wrong_and_how(site, source, value, words):
    folder = site("lab", source, lab=value)
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(config_of(folder, "providers:\n  mine: {type: lab, api_key: sk-test}\n"), {})
    assert "providers.mine.type: the provider 'lab' of the package lab 1.2" in str(caught.value)
    with pytest.raises(ConfigError, match=words):
        provider_from_environment("lab", {})


def test_one_without_methods_says_which(site):
    site("empty", EMPTY, empty="MODULE:Empty")
    with pytest.raises(ConfigError, match="lacks the method chat_codec and address"):
        plugin_class("empty")


def test_a_broken_one_breaks_nothing_else(site):
    folder = site("lab", "1 / 0", lab="MODULE:Lab")
    found = load_config(config_of(folder, "providers:\n  mine: {type: openai, api_key: sk-test}\n"), {})
    assert found.providers["mine"].type == "openai"
    assert accord.Client("openai/gpt-5.4-mini", environ={"OPENAI_API_KEY": "sk-test"}).name == "openai"


def test_two_packages_of_one_name_are_both_named(site):
    site("lab", GOOD, lab="MODULE:Lab")
    site("annex", GOOD, lab="MODULE:Lab")
    with pytest.raises(ConfigError, match=r"in several packages: .*(lab 1\.2.*annex 1\.2|annex 1\.2.*lab 1\.2)"):
        plugin_class("lab")


def test_accords_own_names_are_never_given_away(site):
    folder = site("lab", GOOD, openai="MODULE:Usurper")
    found = load_config(config_of(folder, "providers:\n  mine: {type: openai, api_key: sk-test}\n"), {})
    assert type(found.providers["mine"]) is accord.OpenAI
    assert type(provider_from_environment("openai", {"OPENAI_API_KEY": "sk-test"})) is accord.OpenAI
    assert shadowed(["openai"]) == (
        "the provider 'openai' of the package lab 1.2 is ignored: the name is Accord's own",
    )


def accord_command(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-c", "from accord.cli.main import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])},
    )


def test_the_command_checks_them_and_shows_no_trace(site):
    folder = site("lab", GOOD, lab="MODULE:Lab", openai="MODULE:Usurper", broken="MODULE:Nothing")
    good = accord_command(folder, "config", "check", str(config_of(folder, "providers: {a: {type: lab, api_key: k}}")))
    assert good.returncode == 0, good.stderr
    assert "all is well: 1 providers" in good.stdout
    assert "'openai' of the package lab 1.2 is ignored" in good.stdout
    bad = accord_command(folder, "config", "check", str(config_of(folder, "providers: {a: {type: broken}}")))
    assert bad.returncode != 0
    assert "the provider 'broken' of the package lab 1.2 cannot be loaded" in bad.stderr
    assert "Traceback" not in bad.stderr
    assert '"lab"' in accord_command(folder, "config", "schema").stdout
