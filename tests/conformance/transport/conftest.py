import ssl
from pathlib import Path

import pytest
import trustme

from accord.testing.transport import Certificates


def _server(issued: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    issued.configure_cert(context)
    return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    place: Path = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(place / "ca.pem")
    authority.issue_cert("client.example").private_key_and_cert_chain_pem.write_to_path(place / "client.pem")
    server = authority.issue_cert("127.0.0.1", "localhost")
    strict = _server(server)
    strict.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(strict)
    return Certificates(
        server=_server(server),
        strict_server=strict,
        stranger=_server(authority.issue_cert("stranger.example")),
        ca_file=place / "ca.pem",
        client_cert=place / "client.pem",
    )
