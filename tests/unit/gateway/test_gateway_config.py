"""A configuration is decoded entry by entry; what is wrong is named by file, path, and the nearest right word."""

import time
from pathlib import Path

import pytest

from accord.core.error import ConfigError
from accord.core.fetch import FetchMedia
from accord.core.secret import Secret
from accord.gateway.config import Config, load_config
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document, read_document
from accord.gateway.config.schema import config_schema
from accord.gateway.config.show import shown

EXAMPLE = """
gateway:
  keys: [{name: app, key: "${ACCORD_KEY}", models: ["*"]}]
providers:
  openai: {type: openai, api_key: "${OPENAI_API_KEY}"}
  lab:    {type: compatible, dialect: openai_chat, base_url: "http://127.0.0.1:8080/v1", timeouts: {connect: 2, first_byte: 60}, max_connections: 50}
models:
  fast: {targets: [{provider: openai, model: gpt-5.4-mini}]}
"""
ENVIRON = {"ACCORD_KEY": "sk-test-gateway", "OPENAI_API_KEY": "sk-test-openai"}


def decoded(text: str, **environ: str) -> Config:
    return decode_config(parse_document(text, "accord.yaml"), environ, "accord.yaml")


def problems(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        decoded(text, **environ)
    return caught.value.message.splitlines()


def test_the_documented_example() -> None:
    config = decoded(EXAMPLE, **ENVIRON)
    (key,) = config.gateway.named_keys
    assert (key.name, Secret(key.key).reveal(), key.models) == ("app", "sk-test-gateway", ("*",))
    assert list(config.providers) == ["openai", "lab"]
    lab = config.providers["lab"]
    assert lab.timeouts is not None
    assert (lab.type, lab.timeouts.connect, lab.timeouts.first_byte, lab.max_connections) == ("compatible", 2, 60, 50)
    assert config.models["fast"].targets[0].model == "gpt-5.4-mini"


def test_nothing_prints_a_key() -> None:
    config = decoded(EXAMPLE, **ENVIRON)
    assert "sk-test" not in repr(config)
    assert "sk-test" not in str(config.gateway.named_keys)


def test_a_bare_string_is_a_key_and_gets_a_name() -> None:
    config = decoded("gateway: {keys: [sk-test-one, sk-test-two]}")
    assert [key.name for key in config.gateway.named_keys] == ["key-1", "key-2"]
    assert Secret(config.gateway.named_keys[1].key).reveal() == "sk-test-two"
    assert "sk-test" not in repr(config)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gatway: {}", "accord.yaml: gatway: unknown key; did you mean 'gateway'?"),
        ("gateway: {prot: 1}", "accord.yaml: gateway.prot: unknown key; did you mean 'port'?"),
        (
            "gateway: {logging: {formt: json}}",
            "accord.yaml: gateway.logging.formt: unknown key; did you mean 'format'?",
        ),
        ("gateway: {keys: [{name: a, kee: b}]}", "accord.yaml: gateway.keys[0].kee: unknown key; did you mean 'key'?"),
        ("gateway: {port: far}", "accord.yaml: gateway.port: expected `int`, got `str`"),
        ("gateway: {port: 70000}", "accord.yaml: gateway.port: expected `int` <= 65535"),
        ("gateway: {heartbeat: 0}", "accord.yaml: gateway.heartbeat: expected `float` > 0.0"),
        ("gateway: {keys: [a, a]}", "accord.yaml: gateway.keys[1].key: the same key is there twice"),
        ('gateway: {keys: [""]}', "accord.yaml: gateway.keys[0]: the key is empty"),
        (
            "gateway: {keys: ['sha256:12']}",
            "accord.yaml: gateway.keys[0]: `sha256:` is followed by the 64 hex digits of the key's hash",
        ),
        (
            "providers: {a: {type: openay}}",
            "accord.yaml: providers.a.type: 'openay' is no type of provider; did you mean 'openai'?",
        ),
        (
            "providers: {a: {type: openai, api_kee: x}}",
            "accord.yaml: providers.a.api_kee: unknown key; did you mean 'api_key'?",
        ),
        (
            "providers: {a: {type: openai, timeouts: {conect: 3}}}",
            "accord.yaml: providers.a.timeouts.conect: unknown key; did you mean 'connect'?",
        ),
        (
            "providers: {a: {type: openai, max_connections: lots}}",
            "accord.yaml: providers.a.max_connections: expected `int`, got `str`",
        ),
        ("providers: {a: {type: openai, api_key: 12}}", "accord.yaml: providers.a.api_key: expected `str`, got `int`"),
        ("providers: [a]", "accord.yaml: providers: expected a mapping of names to entries"),
        ("models: {m: {targets: []}}", "accord.yaml: models.m.targets: expected `array` of length >= 1"),
        ("models: {m: {}}", "accord.yaml: models.m: object missing required field `targets`"),
        (
            "{providers: {openai: {type: openai, api_key: k}}, models: {m: {targets: [{provider: opena}]}}}",
            "accord.yaml: models.m.targets[0].provider: there is no provider 'opena'; did you mean 'openai'?",
        ),
    ],
)
def test_faults_are_named_by_their_path(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_every_fault_is_told_at_once() -> None:
    found = problems("{gatway: {}, providers: {a: {type: x}, b: {type: openai, nope: 1}}, models: {m: {}}}")
    assert [line.split(": ")[1] for line in found] == ["gatway", "providers.a.type", "providers.b.nope", "models.m"]


def test_a_provider_that_checks_itself_is_named() -> None:
    (problem,) = problems("providers: {d: {type: compatible}}")
    assert problem.startswith("accord.yaml: providers.d: ")
    assert "base_url" in problem


def test_a_key_is_needed_where_the_vendor_needs_one() -> None:
    assert problems("providers: {a: {type: openai}}") == ["accord.yaml: providers.a: `api_key` is missing"]
    assert decoded('providers: {a: {type: openai, base_url: "http://127.0.0.1:1/v1"}}').providers["a"].api_key == ""


def test_a_name_with_a_slash_could_not_be_a_prefix() -> None:
    (problem,) = problems('providers: {"a/b": {type: openai, api_key: k}}')
    assert problem.startswith("accord.yaml: providers.a/b: ")


class TestVariables:
    def test_value_and_default(self) -> None:
        config = decoded(
            'providers: {a: {type: compatible, base_url: "http://${HOST}:${PORT:-81}/v1", max_connections: "${MAX:-7}"}}',
            HOST="lab.test",
        )
        assert config.providers["a"].base_url == "http://lab.test:81/v1"
        assert config.providers["a"].max_connections == 7

    def test_an_unset_variable_names_itself_file_and_path(self) -> None:
        assert problems('providers: {a: {type: openai, api_key: "${NOPE}"}}') == [
            "accord.yaml: providers.a.api_key: the environment variable NOPE is not set; set it, or write ${NOPE:-default}"
        ]

    def test_an_empty_variable_counts_as_unset(self) -> None:
        (problem,) = problems('providers: {a: {type: openai, api_key: "${NOPE}"}}', NOPE="")
        assert "NOPE is empty" in problem
        (problem,) = problems('providers: {a: {type: openai, api_key: "${NOPE:-}"}}', NOPE="")
        assert problem == "accord.yaml: providers.a: `api_key` is missing"

    def test_a_variable_never_adds_structure(self) -> None:
        config = decoded('providers: {a: {type: openai, base_url: "http://x/${X}"}}', X="}, b: {type: openai")
        assert list(config.providers) == ["a"]

    def test_a_variable_in_a_variable_is_text(self) -> None:
        config = decoded('providers: {a: {type: openai, base_url: "http://${X}"}}', X="${Y}")
        assert config.providers["a"].base_url == "http://${Y}"

    def test_escaped(self) -> None:
        assert (
            decoded('providers: {a: {type: openai, base_url: "http://$${X}"}}').providers["a"].base_url == "http://${X}"
        )

    def test_a_reference_to_nothing(self) -> None:
        (problem,) = problems('providers: {a: {type: openai, base_url: "http://${1}"}}')
        assert "names no variable" in problem


class TestDocument:
    def test_a_repeated_key_is_refused_with_its_line(self) -> None:
        with pytest.raises(ConfigError, match=r"x\.yaml: line 3: the key 'openai' appears twice \(first on line 2\)"):
            parse_document(
                "providers:\n  openai: {type: openai, api_key: k}\n  openai: {type: openai, api_key: k}\n", "x.yaml"
            )

    def test_a_key_that_is_no_string(self) -> None:
        with pytest.raises(ConfigError, match="the key True is not a string; quote it"):
            parse_document("models: {on: {}}", "x.yaml")

    @pytest.mark.parametrize("text", ["a: [1", "\t: x", "a: !!python/object:os.system x", "- 1", "[" * 5000])
    def test_what_is_no_mapping_is_a_config_error(self, text: str) -> None:
        with pytest.raises(ConfigError, match=r"x\.yaml: "):
            parse_document(text, "x.yaml")

    def test_files(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="no such file"):
            read_document(tmp_path / "none.yaml")
        with pytest.raises(ConfigError, match="is a directory"):
            read_document(tmp_path)
        (tmp_path / "latin.yaml").write_bytes(b"a: \xff")
        with pytest.raises(ConfigError, match="not UTF-8 at byte 3"):
            read_document(tmp_path / "latin.yaml")

    def test_an_empty_file_is_an_empty_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "empty.yaml").write_text("")
        assert load_config(tmp_path / "empty.yaml", {}).providers == {}

    def test_anchors_and_merges_work(self) -> None:
        text = "providers: {a: &base {type: openai, api_key: k, retries: 3}, b: {<<: *base, max_connections: 9}}"
        assert (decoded(text).providers["b"].retries, decoded(text).providers["b"].max_connections) == (3, 9)


class TestShown:
    def test_defaults_are_filled_in_and_secrets_are_not_there(self) -> None:
        text = """
gateway: {keys: [sk-test-bare, {name: b, key: sk-test-named}, "${K}"]}
providers:
  a: {type: openai, api_key: sk-test-written, headers: {x-team: sk-test-header}, proxy: "http://me:sk-test-pw@proxy:80"}
  b: {type: openai, api_key: "${A}", base_url: "https://${H}/v1"}
"""
        document = parse_document(text, "x.yaml")
        out = shown(
            decode_config(document, {"K": "sk-test-env", "A": "sk-test-a", "H": "lab.test"}, "x.yaml"), document
        )
        assert "sk-test" not in out
        assert "api_key: ${A}" in out
        assert "https://${H}/v1" in out
        assert "http://***@proxy:80" in out
        assert "max_connections: 1000" in out
        again = parse_document(out, "again")
        assert set(again) == {"gateway", "providers", "models"}


def test_the_schema_describes_the_example() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(parse_document(EXAMPLE, "x"), config_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"gateway": {"prot": 1}}, config_schema())


ROUTED = """
providers: {a: {type: openai, api_key: k}, b: {type: anthropic, api_key: k}}
models:
  m: {targets: [{provider: a, model: x}], fallback: {general: [FALLBACK]}}
  other: {targets: [{provider: b, model: y}]}
"""


@pytest.mark.parametrize("fallback", ["other", "b/anything", "a/x-large"])
def test_a_fallback_is_a_public_name_or_a_provider_and_a_model(fallback: str) -> None:
    assert decoded(ROUTED.replace("FALLBACK", fallback)).models["m"].fallback.general == (fallback,)


@pytest.mark.parametrize(
    ("fallback", "words"),
    [
        ("m", "cannot stand in for itself"),
        ("othr", "did you mean 'other'"),
        ("c/x", "neither a public name nor"),
        ("oth*", "is a pattern"),
    ],
)
def test_a_fallback_that_leads_nowhere_is_named(fallback: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        decoded(ROUTED.replace("FALLBACK", fallback))
    assert "models.m.fallback.general" in caught.value.message


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ("{m: {targets: [{provider: a}, {provider: a}]}}", r"models.m.targets\[1\]: a/m is there twice"),
        ("{m: {targets: [{provider: a}], strategy: fast}}", "models.m.strategy"),
        ("{m: {targets: [{provider: a, weight: -1}]}}", "models.m.targets.*weight"),
        ("{m: {targets: [{provider: a}], breaker: {failure: 3}}}", "did you mean 'failures'"),
        ("{m: {targets: [{provider: a}], hedge: {share: 2}}}", "models.m.hedge.share"),
        ("{m: {targets: [{provider: a}], shadow: {provider: z, model: x, share: 0.1}}}", "no provider 'z'"),
    ],
)
def test_what_is_wrong_with_routing_is_named(models: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        decoded("{providers: {a: {type: openai, api_key: k}}, models: " + models + "}")


def test_three_thousand_providers_load_quickly(tmp_path: Path) -> None:
    lines = [
        f'  p{n}: {{type: compatible, base_url: "http://127.0.0.1:{n}/v1", api_key: "${{K}}"}}' for n in range(3000)
    ]
    path = tmp_path / "many.yaml"
    path.write_text("providers:\n" + "\n".join(lines))
    before = time.process_time()
    assert len(load_config(path, {"K": "sk-test"}).providers) == 3000
    assert time.process_time() - before < 3


def test_fetching_is_off_on_or_limited() -> None:
    assert decoded("{}").gateway.fetch_media is False
    assert decoded("gateway: {fetch_media: true}").gateway.fetch_media is True
    limits = decoded("gateway: {fetch_media: {max_mb: 2, allow: [10.1.0.0/16]}}").gateway.fetch_media
    assert limits == FetchMedia(max_mb=2, allow=("10.1.0.0/16",))


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("{alow: []}", "gateway.fetch_media.alow: unknown key; did you mean 'allow'?"),
        ("{max_mb: 0}", "gateway.fetch_media.max_mb: expected `float` > 0.0"),
        ("{allow: [example.com]}", "such as 10.1.0.0/16, not 'example.com'"),
        ("often", "gateway.fetch_media: expected"),
    ],
)
def test_wrong_limits_of_fetching_are_named(setting: str, problem: str) -> None:
    (found,) = problems(f"gateway: {{fetch_media: {setting}}}")
    assert problem in found
