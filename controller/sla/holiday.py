"""Holidays of a calendar: own dates, and a country's from the `holidays` library (contract.md T10)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Holidays:
    """`country`: ISO 3166-1 alpha-2, `region`: the library's code of a part of it; both may be empty."""

    own: frozenset[date] = frozenset()
    country: str = ""
    region: str = ""

    def __contains__(self, day: date) -> bool:
        return day in self.own or (
            bool(self.country) and day in _of_year(self.country, self.region, day.year)
        )

    def __bool__(self) -> bool:
        return bool(self.own or self.country)


@lru_cache(maxsize=4096)
def _of_year(country: str, region: str, year: int) -> frozenset[date]:
    import holidays as library  # a slow import that only calendars with a country need

    found = library.country_holidays(country, subdiv=region or None, years=year)
    return frozenset(day for day in found if day.year == year)


def known_country(country: str) -> bool:
    import holidays as library

    return country in library.list_supported_countries()


def known_region(country: str, region: str) -> bool:
    import holidays as library

    return not region or region in library.list_supported_countries().get(country, [])
