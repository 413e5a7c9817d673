import os
import ssl
from pathlib import Path

import pytest
import trustme

from accord.core.error import ConfigError
from accord.core.http import Network
from accord.transport.tls import fresh_tls, tls


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tls") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(place)
    return place


def test_networks_that_trust_alike_share_a_context(ca_file: Path) -> None:
    one = tls(Network(ca_file=str(ca_file)))
    assert tls(Network(ca_file=str(ca_file), max_connections=3, proxy="http://a:1")) is one
    assert tls(Network(ca_file=str(ca_file), verify=False)) is not one
    assert fresh_tls(Network(ca_file=str(ca_file))) is not one


def test_it_is_strict_unless_told_otherwise(ca_file: Path) -> None:
    for network in (Network(), Network(ca_file=str(ca_file))):
        context = tls(network)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert tls(Network()).cert_store_stats() == ssl.create_default_context().cert_store_stats()
    assert tls(Network(ca_file=str(ca_file))).cert_store_stats()["x509"] == 1
    assert tls(Network(verify=False)).verify_mode == ssl.CERT_NONE


def test_a_renewed_file_is_read_again(ca_file: Path, tmp_path: Path) -> None:
    place = tmp_path / "ca.pem"
    place.write_bytes(ca_file.read_bytes())
    network = Network(ca_file=str(place))
    before = tls(network)
    assert tls(network) is before
    trustme.CA().cert_pem.write_to_path(place)
    os.utime(place, ns=(1, 1))
    assert tls(network) is not before


def test_session_keys_are_never_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(place))
    assert fresh_tls(Network()).keylog_filename is None
    assert not place.exists()


@pytest.mark.parametrize("setting", ["ca_file", "client_cert"])
def test_files_that_cannot_be_used_are_named(setting: str, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("no certificate")
    for place in (rubbish, tmp_path / "missing.pem"):
        network = Network(ca_file=str(place)) if setting == "ca_file" else Network(client_cert=str(place))
        with pytest.raises(ConfigError, match=f"{setting} .*{place.name}"):
            tls(network)
