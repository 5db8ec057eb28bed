"""How a fact is to be read: green only while it is fresh."""

from collections.abc import Iterable
from enum import Enum


class Light(Enum):
    """The state of one fact; `stale` was good but is too old, `unknown` has no answer."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    STALE = "stale"
    UNKNOWN = "unknown"


_FIRST = (Light.BAD, Light.UNKNOWN, Light.STALE, Light.WARN)
_CLOCK_SECONDS = 60.0  # clocks of two hosts may differ this much


def worst(lights: Iterable[Light]) -> Light:
    """The one that a person must look at first."""
    seen = set(lights)
    return next((light for light in _FIRST if light in seen), Light.OK)


def fresh(light: Light, age_seconds: float, limit_seconds: float) -> Light:
    """A green light turns stale when its fact is older than the limit, or from the future."""
    in_time = -_CLOCK_SECONDS <= age_seconds <= limit_seconds
    return light if light is not Light.OK or in_time else Light.STALE
