"""The certificate the gateway shows, and its replacement while connections stay open."""

import ssl

from accord.core.error import ConfigError
from accord.core.secret import Secret
from accord.gateway.config import TlsSettings


class Certificate:
    """A context for the server's sockets. A new certificate holds for new connections; open ones keep what they met."""

    def __init__(self, settings: TlsSettings) -> None:
        """Raises `ConfigError` naming the file that is wrong."""
        self.context: ssl.SSLContext = _context()
        _load(self.context, settings)

    def renew(self, settings: TlsSettings) -> None:
        """Reads the files again. Raises `ConfigError`; the old certificate stays in use then.

        In the thread of the event loop: the context must not change while a handshake begins in another.
        """
        # On a context of its own first: one that took the certificate and not the key would be of no use.
        check_tls(settings)
        _load(self.context, settings)


def check_tls(settings: TlsSettings | None) -> None:
    """Raises `ConfigError` where the certificate cannot be used."""
    if settings is not None:
        _load(_context(), settings)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A caller could make the server do the costly half of a handshake again and again. OpenSSL 1.1.1 lets it by default.
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(context: ssl.SSLContext, settings: TlsSettings) -> None:
    for field, path in (("certificate", settings.certificate), ("key", settings.key)):
        _check_readable(field, path)
    password = Secret(settings.key_password).reveal() if settings.key_password is not None else ""
    try:
        # A function, even for no password: OpenSSL would ask the terminal for one.
        context.load_cert_chain(settings.certificate, settings.key, lambda: password)
    except ssl.SSLError as error:
        raise ConfigError(f"gateway.tls: {_meaning(settings, error)}") from None


def _check_readable(field: str, path: str) -> None:
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise ConfigError(f"gateway.tls.{field}: {path}: {(error.strerror or str(error)).lower()}") from None


def _meaning(settings: TlsSettings, error: ssl.SSLError) -> str:
    match error.reason:
        case "KEY_VALUES_MISMATCH":
            return f"the key in {settings.key} does not belong to the certificate in {settings.certificate}"
        case "BAD_DECRYPT" | "BAD_PASSWORD_READ" | "EMPTY_PASSWORD":
            return f"the key in {settings.key} is encrypted, and `key_password` does not open it"
        case _:
            return (
                f"{settings.certificate} and {settings.key} are no certificate chain and key in PEM form "
                f"({error.reason or 'nothing found in them'})"
            )
