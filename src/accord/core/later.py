"""What few programs need of this package, loaded when it is first used."""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.core.ip_network import network_of

__all__ = ["network_of"]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {"accord.core.ip_network": ("network_of",)})
