"""Calls and streams: CPU for each, Accord beside the official SDK."""

import statistics
from collections.abc import Callable
from functools import partial

from benchmarks.gateway.row import Row
from benchmarks.sdk.case import measure
from benchmarks.sdk.payload import EVENTS
from benchmarks.sdk.subject import Server

CALLS = {
    "call, blocking": 12,
    "call, asyncio": 12,
    "call, blocking, TLS": 8,
    "call, asyncio, TLS": 8,
    "call, blocking, apart": 12,
    "call, blocking, TLS, apart": 8,
}
"""What is measured, and how many times less than the SDK's it should be. `apart`: the server has a processor of its own."""
STREAMS = {"stream event, blocking": 10, "stream event, asyncio": 10}
CROWD = 3


def beside(name: str, taken: list[tuple[float, float]], unit: str, aim: float | None) -> list[Row]:
    """Ours, theirs, and the median of the ratios of each pair."""
    mine, theirs = (tuple(column) for column in zip(*taken, strict=True))
    ratios = tuple(other / max(own, 1e-9) for own, other in taken)
    return [
        Row(name, "Accord", statistics.median(mine), unit, rounds=mine),
        Row(name, "openai", statistics.median(theirs), unit, rounds=theirs),
        Row(name, "openai / Accord", statistics.median(ratios), "x", "" if aim is None else f">= {aim:g}", ratios),
    ]


def pairs(rounds: int, once: Callable[[str], float]) -> list[tuple[float, float]]:
    """Both by turns; who goes first changes from round to round."""
    taken: list[tuple[float, float]] = []
    for number in range(rounds):
        order = ("accord", "openai") if number % 2 == 0 else ("openai", "accord")
        found = {subject: once(subject) for subject in order}
        taken.append((found["accord"], found["openai"]))
    return taken


def _cpu_us(name: str, count: int, server: Server, subject: str) -> float:
    return measure(subject, name, count, server)["cpu"] * 1e6


def calls(server: Server, *, rounds: int, count: int) -> list[Row]:
    """CPU of each call over kept connections: one after the other in blocking code, eight at a time under asyncio."""
    rows: list[Row] = []
    for name, aim in CALLS.items():
        taken = pairs(rounds, partial(_cpu_us, name, count, server))
        rows += beside(name, taken, "us", aim)
    return rows


def streams(server: Server, *, rounds: int, count: int) -> list[Row]:
    """CPU of each event, the call that brings it included; the server sends as fast as it can."""
    rows: list[Row] = []
    for name, aim in STREAMS.items():
        taken = pairs(rounds, partial(_cpu_us, name, count, server))
        rows += beside(name, [(mine / EVENTS, theirs / EVENTS) for mine, theirs in taken], "us", aim)
    return rows


def crowd(server: Server, *, rounds: int, count: int) -> list[Row]:
    """Many calls at once, each over a connection of its own that is opened for it."""
    found: dict[str, list[dict[str, float]]] = {"accord": [], "openai": []}
    for number in range(rounds):
        for subject in ("accord", "openai") if number % 2 == 0 else ("openai", "accord"):
            found[subject].append(measure(subject, "crowd", count, server))
    rows: list[Row] = []
    for title, key, scale, unit in (
        ("time", "seconds", 1e3, "ms"),
        ("CPU", "cpu", 1e3, "ms"),
        ("memory", "mb", 1, "MB"),
    ):
        both = zip(found["accord"], found["openai"], strict=True)
        taken = [(mine[key] * scale, theirs[key] * scale) for mine, theirs in both]
        rows += beside(f"{count:,} calls at once, {title}", taken, unit, CROWD)
    return rows
