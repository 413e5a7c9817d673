"""Whether memory grows with the number of requests."""

import time

from benchmarks.gateway.load import load
from benchmarks.gateway.process import rss_mb
from benchmarks.gateway.row import Row
from benchmarks.gateway.stage import Stage, Subject

LONGEST = 20.0
"""Seconds of one run of the load; memory is looked at after each."""
CONNECTIONS = 64


def growth(stage: Stage, requests: int) -> list[Row]:
    """Of each server, after a tenth as many requests that do not count: what is kept once is no growth."""
    return [_grown(stage, one, requests) for one in stage.gateways]


def _grown(stage: Stage, subject: Subject, requests: int) -> Row:
    _answered(stage, subject, max(1000, requests // 10), [])
    time.sleep(0.5)
    seen: list[float] = []
    before = rss_mb(subject.process.pid)
    answered = _answered(stage, subject, requests, seen)
    name = f"memory grown over {answered:,} requests"
    rounds = tuple(one - before for one in seen)
    return Row(name, subject.name, rounds[-1], "MB", "<= 2 MB over a million", rounds, f"{seen[-1]:.0f} MB in the end")


def _answered(stage: Stage, subject: Subject, requests: int, seen: list[float]) -> int:
    """Asks until so many were answered; notes the memory after each run."""
    target = subject.target("plain", stream=False)
    done, seconds = 0, 1.0
    while done < requests:
        loaded = load(target, stage.folder, seconds=seconds, connections=CONNECTIONS)
        done += loaded.answers
        seen.append(rss_mb(subject.process.pid))
        left = (requests - done) / (loaded.answers / loaded.seconds)
        seconds = min(LONGEST, max(1.0, left))
    return done
