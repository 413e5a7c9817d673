"""Reads a scenario file. Every fault in it is told with its path, as in a configuration file."""

from pathlib import Path

import msgspec

from accord.core.error import ConfigError
from accord.engine.simulation.scenario import Scenario
from accord.gateway.config.document import read_document
from accord.gateway.config.explain import explained, unknown_keys
from accord.gateway.config.problem import Problems


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file. Raises `ConfigError` naming everything that is wrong, each with its path."""
    document = read_document(path)
    problems = Problems(str(path))
    for where, what in unknown_keys(document, Scenario, ""):
        problems.add(where.lstrip("."), what)
    problems.settle()
    try:
        return msgspec.convert(document, Scenario)
    except msgspec.ValidationError as error:
        for where, what in explained(error, document, Scenario, ""):
            problems.add(where.lstrip("."), what)
        problems.settle()
        raise
    except ConfigError as error:
        problems.add("policy", error.message)
        problems.settle()
        raise
