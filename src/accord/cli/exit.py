"""Exit codes of all commands."""

OK = 0
"""All is well."""

FAILURE = 1
"""The command failed: a provider, the network, or the gateway did."""

USAGE = 2
"""The command line or the configuration is wrong; nothing was done."""
