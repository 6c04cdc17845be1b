"""Money: whole cents inside, decimal text at the edges, and rounding rules by name whose parts always sum to the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor

from allmende.errors import AllmendeError

Share = int | float | Fraction | Decimal
_GERMAN = re.compile(r"-?\d{1,3}(\.\d{3})*(,\d{1,2})?|-?\d+,\d{1,2}")
MOST = 10**15
"""Cents: no municipality knows a larger amount, and floats tell every cent apart below it."""
_PLAIN = re.compile(r"-?\d+(\.\d{1,2})?")


def cents(amount: str | float | Decimal, *, where: str = "") -> int:
    """Return an amount in euro as cents: a number, or text as "1234.50", "1.234,50" or "1 234,50 €".

    Raises `AllmendeError` for more than two decimals, or anything that is no amount.

    >>> cents("1.234,50 €"), cents(12.3), cents("-7"), cents("0.1")
    (123450, 1230, -700, 10)
    >>> cents("1.234")
    Traceback (most recent call last):
    allmende.errors.AllmendeError: '1.234' can be read in two ways.
      expected: 1234.00 or 1,23
      to do:    Write two decimals, or none and no dots.
    """
    if isinstance(amount, bool) or not isinstance(amount, str | int | float | Decimal):
        raise _no_amount(amount, where)
    text = str(amount) if not isinstance(amount, str) else _bare(amount)
    if isinstance(amount, str) and re.fullmatch(r"-?\d{1,3}\.\d{3}", text):
        raise AllmendeError(
            f"{amount!r} can be read in two ways.",
            where=where,
            expected="1234.00 or 1,23",
            todo="Write two decimals, or none and no dots.",
        )
    if isinstance(amount, str) and not _PLAIN.fullmatch(text):
        if not _GERMAN.fullmatch(text):
            raise _no_amount(amount, where)
        text = text.replace(".", "").replace(",", ".")
    try:
        exact = Decimal(text) * 100
        whole = int(exact)
    except (InvalidOperation, ValueError, OverflowError):
        raise _no_amount(amount, where) from None
    if whole != exact or abs(whole) >= MOST:
        raise _no_amount(amount, where)
    return whole


def show(amount: int, language: str = "de") -> str:
    """Return cents as euro for people.

    >>> show(123456789), show(-5), show(123456789, "en")
    ('1.234.567,89 €', '-0,05 €', '€1,234,567.89')
    """
    euro, rest = divmod(abs(amount), 100)
    sign = "-" if amount < 0 else ""
    if language == "en":
        return f"{sign}€{euro:,}.{rest:02d}"
    return f"{sign}{euro:,}".replace(",", ".") + f",{rest:02d} €"


def decimal(amount: int) -> str:
    """Return cents as euro for programs: "1234.50".

    >>> decimal(123450), decimal(-5)
    ('1234.50', '-0.05')
    """
    return f"{Decimal(amount) / 100:.2f}"


def round_shares(shares: Sequence[Share], total: int, rule: str = "largest-remainder") -> list[int]:
    """Round shares (in cents, not whole) so that they sum to the total, by a rule of `RULES`.

    The shares must sum to the total up to a cent for every hundred million. Raises `AllmendeError` otherwise, and for a rule
    that there is not.

    >>> round_shares([Fraction(100, 3)] * 3, 100)
    [34, 33, 33]
    >>> round_shares([Fraction(1, 7)] * 7, 1)
    [1, 0, 0, 0, 0, 0, 0]
    >>> round_shares([Fraction(100, 3)] * 3, 100, "last-bears-rest")
    [33, 33, 34]
    """
    if rule not in RULES:
        raise AllmendeError(
            f"There is no rounding rule {rule!r}.", where="rounding", expected=", ".join(RULES), todo="Choose one of them."
        )
    exact = [_fraction(share) for share in shares]
    gap = abs(sum(exact, Fraction(0)) - total)
    if not exact or gap > max(Fraction(1, 100), Fraction(abs(total), 10**10)):
        raise AllmendeError(
            f"The shares sum to {float(sum(exact)):.6f} cents.",
            where="rounding",
            expected=f"{total} cents",
            todo="Split all of it.",
        )
    return RULES[rule](exact, total)


def split(total: int, weights: Sequence[Share], rule: str = "largest-remainder") -> list[int]:
    """Split cents by weight so that the parts sum to the whole; raises `AllmendeError` if the weights sum to nothing.

    >>> split(100, [1, 1, 1]), split(10, [3, 7, 0]), split(-100, [1, 2])
    ([34, 33, 33], [3, 7, 0], [-33, -67])
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact, Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in exact):
        raise AllmendeError(
            "Weights below 0, or all 0, split nothing.",
            where=f"weights {', '.join(str(weight) for weight in weights)}",
            expected="weights of 0 or more, one of them above 0",
        )
    return round_shares([total * weight / whole for weight in exact], total, rule)


def _fraction(share: Share) -> Fraction:
    """Return a share as a fraction, of a float only what it can tell: equal shares stay equal when cents are handed out."""
    return Fraction(round(share * 10_000), 10_000) if isinstance(share, float) else Fraction(share)


def _largest_remainder(shares: list[Fraction], total: int) -> list[int]:
    """Round down (Hamilton, Hare-Niemeyer); the cents left go to the largest remainders, ties to the earlier partner."""
    parts = [floor(share) for share in shares]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    return _hand_out(parts, total, order)


def _largest_share(shares: list[Fraction], total: int) -> list[int]:
    """Round down; the cents left go to the largest shares, ties to the earlier partner."""
    parts = [floor(share) for share in shares]
    return _hand_out(parts, total, sorted(range(len(parts)), key=lambda i: (-shares[i], i)))


def _last_bears_rest(shares: list[Fraction], total: int) -> list[int]:
    """Round commercially (half away from 0); the last partner bears the difference."""
    parts = [floor(abs(share) + Fraction(1, 2)) * (1 if share >= 0 else -1) for share in shares[:-1]]
    return [*parts, total - sum(parts)]


def _hand_out(parts: list[int], total: int, order: list[int]) -> list[int]:
    left = total - sum(parts)
    for k in range(left):
        parts[order[k % len(order)]] += 1
    for k in range(-left):
        parts[order[-1 - k % len(order)]] -= 1
    return parts


RULES: dict[str, Callable[[list[Fraction], int], list[int]]] = {
    "largest-remainder": _largest_remainder,
    "largest-share": _largest_share,
    "last-bears-rest": _last_bears_rest,
}
"""Rounding rules by name; each sums to the total and says who gets the cents that are left."""


def _bare(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f€]", "", text).replace("−", "-")


def _no_amount(amount: object, where: str) -> AllmendeError:
    return AllmendeError(
        f"{repr(amount) if isinstance(amount, str) else amount} is not an amount in euro and cents.",
        where=where,
        expected='a number with at most two decimals, as 1234.50 or "1.234,50"',
        todo="Round it to cents.",
    )
