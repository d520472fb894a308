"""Formulas of queueing theory, to hold the simulation against."""

from collections.abc import Sequence
from math import factorial
from statistics import fmean


def mg1_wait(rate: float, service: Sequence[float]) -> float:
    """Return the mean wait before service of M/G/1 (Pollaczek and Khinchine).

    `service` holds equally likely service times in seconds. Raises `ValueError` when
    the queue has no end.
    """
    load = rate * fmean(service)
    if load >= 1:
        raise ValueError(f"a load of {load:.2f} has no steady state")
    return rate * fmean(s * s for s in service) / (2 * (1 - load))


def erlang_c(servers: int, load: float) -> float:
    """Return the chance to wait in M/M/c; `load` is rate times mean service."""
    if load >= servers:
        raise ValueError(f"{servers} servers cannot carry {load:.2f}")
    top = load**servers / factorial(servers) * servers / (servers - load)
    return top / (sum(load**n / factorial(n) for n in range(servers)) + top)


def mgc_wait(servers: int, rate: float, service: Sequence[float]) -> float:
    """Return the mean wait of M/G/c after Allen and Cunneen (an approximation)."""
    mean = fmean(service)
    square = fmean(s * s for s in service) / mean**2 - 1
    load = rate * mean
    waiting = erlang_c(servers, load) * mean / (servers - load)
    return waiting * (1 + square) / 2


def little(rate: float, seconds: float) -> float:
    """Return the mean number in a system by Little's law."""
    return rate * seconds
