"""The gates' windows: so many attempts in the last so many seconds, and nothing kept of those who have left."""

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from channels.web import windows
from channels.web.windows import Windows

THREE = RateLimitItemPerMinute(3)


class Hand:
    """A clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


def test_the_fourth_in_a_minute_waits_until_the_first_is_a_minute_old() -> None:
    hand = Hand()
    gate = MovingWindowRateLimiter(Windows(hand))
    taken = []
    for pause in (0, 20, 20, 10, 9, 2):
        hand.at += pause
        taken.append(gate.hit(THREE, "letters", "here"))
    assert taken == [True, True, True, False, False, True]
    assert not gate.test(THREE, "letters", "here")
    assert gate.test(THREE, "letters", "elsewhere")


def test_a_refused_attempt_does_not_count() -> None:
    hand = Hand()
    gate = MovingWindowRateLimiter(Windows(hand))
    for _ in range(10):
        gate.hit(THREE, "letters", "here")
    stats = gate.get_window_stats(THREE, "letters", "here")
    assert (stats.remaining, stats.reset_time) == (0, hand.at + 60)
    hand.at += 61
    assert gate.get_window_stats(THREE, "letters", "here").remaining == 3


def test_addresses_that_were_heard_of_once_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = Hand()
    kept = Windows(hand)
    gate = MovingWindowRateLimiter(kept)
    for n in range(100):
        gate.hit(THREE, "letters", f"10.0.0.{n}")
    hand.at += 61
    gate.hit(THREE, "letters", "here")
    assert kept.reset() == 1
    monkeypatch.setattr(windows, "MOST_KEYS", 10)
    for n in range(100):
        gate.hit(THREE, "letters", f"10.0.0.{n}")
    assert kept.reset() == 11
