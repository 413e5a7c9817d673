"""The gateway's configuration: a YAML file becomes frozen structs, or an error that names the file, the entry and the path."""

from accord.gateway.config.load import default_config, load_config
from accord.gateway.config.settings import (
    Config,
    GatewaySettings,
    KeySettings,
    LoggingSettings,
    MetricsSettings,
    ModelSettings,
    ResponsesSettings,
    ServerName,
    TargetSettings,
    TracingSettings,
)

__all__ = [
    "Config",
    "GatewaySettings",
    "KeySettings",
    "LoggingSettings",
    "MetricsSettings",
    "ModelSettings",
    "ResponsesSettings",
    "ServerName",
    "TargetSettings",
    "TracingSettings",
    "default_config",
    "load_config",
]
