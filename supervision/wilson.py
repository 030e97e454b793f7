"""Wilson's score interval: between which shares the true one lies, however few cases there are."""

from math import sqrt

Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % of all such intervals hold the true share."""


def wilson(n: int, of: int, z: float = Z95) -> tuple[float, float] | None:
    """The interval of n out of `of`, within 0 and 1; None where nothing was counted.

    Source: E. B. Wilson, JASA 22 (1927) 209-212; recommended for few cases by Brown, Cai and DasGupta, Statistical
    Science 16 (2001) 101-133. Raises ValueError where n is not between 0 and `of`.
    """
    if not 0 <= n <= of:
        raise ValueError(f"{n} is no share of {of}")
    if of == 0:
        return None
    share, spread = n / of, z * z / of
    centre, half = share + spread / 2, z * sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = (centre - half) / (1 + spread), (centre + half) / (1 + spread)
    return (0.0 if n == 0 else max(0.0, low)), (1.0 if n == of else min(1.0, high))
