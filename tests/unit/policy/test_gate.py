"""The gate: a bound on calls at a time, a bound on those who wait, and fairness between keys."""

from collections import Counter

from accord.policy.adaptive import Adaptive, AdaptiveRule
from accord.policy.gate import Gate, Ticket


def test_it_lets_in_as_many_as_it_may_and_turns_away_what_the_queue_cannot_hold() -> None:
    gate = Gate(2, 1)
    assert [gate.enter(Ticket()) for _ in range(4)] == ["in", "in", "waiting", "full"]


def test_who_leaves_lets_the_next_one_in_and_wakes_it() -> None:
    gate, first, second, woken = Gate(1, 5), Ticket(), Ticket(), []
    second.wake = lambda: woken.append("second")
    gate.enter(first)
    gate.enter(second)
    gate.leave(first)
    assert woken == ["second"]
    assert second.admitted
    assert gate.in_flight == 1


def test_who_gives_up_waiting_is_never_let_in() -> None:
    gate, first, second, third = Gate(1, 5), Ticket(), Ticket(), Ticket()
    for ticket in (first, second, third):
        gate.enter(ticket)
    gate.leave(second)
    gate.leave(first)
    assert (second.admitted, third.admitted) == (False, True)


def test_a_key_that_floods_delays_its_own_calls() -> None:
    gate, running = Gate(1, 1000), Ticket("flood")
    gate.enter(running)
    served: list[str] = []
    tickets = [Ticket("flood") for _ in range(100)] + [Ticket("quiet") for _ in range(5)]
    for ticket in tickets:
        gate.enter(ticket)
    for _ in range(10):
        gate.leave(running)
        running = next(ticket for ticket in tickets if ticket.admitted)
        served.append(running.key)
    assert Counter(served) == {"flood": 5, "quiet": 5}


def test_a_weight_of_three_gets_three_turns_for_one() -> None:
    gate, running = Gate(1, 1000), Ticket("x")
    gate.enter(running)
    tickets = [Ticket("heavy", 3.0) for _ in range(40)] + [Ticket("light", 1.0) for _ in range(40)]
    for ticket in tickets:
        gate.enter(ticket)
    served: Counter[str] = Counter()
    for _ in range(40):
        gate.leave(running)
        running = next(ticket for ticket in tickets if ticket.admitted)
        served[running.key] += 1
    assert served["heavy"] == 30


def test_the_wait_it_expects_grows_with_the_queue() -> None:
    gate = Gate(2, 10)
    assert gate.expected_wait(4.0) == 0.0
    for _ in range(4):
        gate.enter(Ticket())
    assert gate.expected_wait(4.0) == 6.0


def test_an_adaptive_limit_falls_at_overload_and_rises_under_load_only() -> None:
    adaptive = Adaptive(AdaptiveRule(start=10, least=2, decrease=0.5, pause=1.0))
    adaptive.answered(10, 0.0, overloaded=True)
    adaptive.answered(10, 0.5, overloaded=True)
    assert adaptive.limit == 5.0
    adaptive.answered(1, 2.0, overloaded=False)
    assert adaptive.limit == 5.0
    adaptive.answered(5, 2.0, overloaded=False)
    assert adaptive.limit == 5.2
    for second in range(3, 20):
        adaptive.answered(5, float(second), overloaded=True)
    assert adaptive.limit == 2.0
    gate = Gate(None, 0, adaptive)
    assert [gate.enter(Ticket()) for _ in range(3)] == ["in", "in", "full"]
