"""The gateway's configuration: a YAML file becomes frozen structs, or an error that names the file, the entry and the path."""

from accord.gateway.config.load import default_config, load_config
from accord.gateway.config.model import ModelSettings, ShadowSettings, TargetSettings
from accord.gateway.config.server import LimitSettings, TlsSettings
from accord.gateway.config.settings import (
    OVERRIDES,
    Config,
    GatewaySettings,
    KeySettings,
    LoggingSettings,
    MetricsSettings,
    Override,
    ResponsesSettings,
    ServerName,
    TracingSettings,
)

__all__ = [
    "OVERRIDES",
    "Config",
    "GatewaySettings",
    "KeySettings",
    "LimitSettings",
    "LoggingSettings",
    "MetricsSettings",
    "ModelSettings",
    "Override",
    "ResponsesSettings",
    "ServerName",
    "ShadowSettings",
    "TargetSettings",
    "TlsSettings",
    "TracingSettings",
    "default_config",
    "load_config",
]
