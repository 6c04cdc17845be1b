"""Key dates: the day of the stock and the day at which ages are computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from allmende.errors import AllmendeError


@dataclass(frozen=True, slots=True)
class KeyDateRule:
    """Month and day of a key date, and of the age date of the same year: `12-31`, `10-01@08-01`."""

    key: tuple[int, int]
    age: tuple[int, int]

    @classmethod
    def parse(cls, text: str) -> KeyDateRule:
        """Read a rule; without an age date, ages are those on the key date.

        >>> KeyDateRule.parse("10-01@08-01").at(2024)
        (datetime.date(2024, 10, 1), datetime.date(2024, 8, 1))
        """
        key, at, age = text.strip().partition("@")
        try:
            rule = cls(_month_day(key), _month_day(age if at else key))
        except ValueError as error:
            raise AllmendeError(
                f"{text!r} is no rule for a key date.",
                expected="month and day that every year has, and the age date after @ if it differs: 12-31 or 10-01@08-01",
                todo="Correct the rule.",
            ) from error
        return rule

    def at(self, year: int) -> tuple[date, date]:
        """Return key date and age date of a year."""
        return date(year, *self.key), date(year, *self.age)


def _month_day(text: str) -> tuple[int, int]:
    day = date.fromisoformat(f"2023-{text}")
    return day.month, day.day
