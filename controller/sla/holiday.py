"""Holidays of a calendar: own dates, and a country's from the `holidays` library (contract.md T10)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Holidays:
    """`country`: ISO 3166-1 alpha-2, `region`: the library's code of a part of it; both may be empty.

    `settled`: the country's days of the years from `settled_from` to before `settled_until`, as they were
    known then; other years are asked of the library that is installed.
    """

    own: frozenset[date] = frozenset()
    country: str = ""
    region: str = ""
    settled: frozenset[date] = frozenset()
    settled_from: int = 0
    settled_until: int = 0

    def __contains__(self, day: date) -> bool:
        return day in self.own or (bool(self.country) and day in self._countrys(day.year))

    def settle(self, since: int, until: int) -> "Holidays":
        """With the country's days of those years as they are known now: another edition of the library, which
        may know better, moves no deadline that was given (T14)."""
        if not self.country:
            return self
        days: frozenset[date] = frozenset().union(*(self._countrys(year) for year in range(since, until)))
        return replace(self, settled=days, settled_from=since, settled_until=until)

    def _countrys(self, year: int) -> frozenset[date]:
        if self.settled_from <= year < self.settled_until:
            return self.settled
        return _of_year(self.country, self.region, year)

    def __bool__(self) -> bool:
        return bool(self.own or self.country)

    def of_years(self, years: Iterable[int]) -> frozenset[date]:
        """Own dates and the country's, of those years."""
        wanted = frozenset(years)
        own = frozenset(day for day in self.own if day.year in wanted)
        theirs = (day for year in wanted if self.country for day in self._countrys(year) if day.year == year)
        return own.union(theirs)

    def coming(self, since: date, most: int, language: str = "") -> tuple[tuple[date, str], ...]:
        """The next ones within a year, `since` included, with the name that the library has for it in that
        language (else the country's own), "" for own dates."""
        last = since + timedelta(days=366)
        days = sorted(day for day in self.of_years((since.year, last.year)) if since <= day <= last)[:most]
        names = _names(self.country, self.region, (since.year, last.year), language) if self.country else {}
        return tuple((day, names.get(day, "")) for day in days)


@lru_cache(maxsize=4096)
def _of_year(country: str, region: str, year: int) -> frozenset[date]:
    import holidays as library  # a slow import that only calendars with a country need

    found = library.country_holidays(country, subdiv=region or None, years=year)
    return frozenset(day for day in found if day.year == year)


@lru_cache(maxsize=256)
def _names(country: str, region: str, years: tuple[int, int], language: str) -> dict[date, str]:
    import holidays as library

    spoken = library.list_localized_countries().get(country, [])
    chosen = next((one for one in spoken if language and one.startswith(language)), None)
    found = library.country_holidays(country, subdiv=region or None, years=years, language=chosen)
    return dict(found.items())


def known_country(country: str) -> bool:
    import holidays as library

    return country in library.list_supported_countries()


def known_region(country: str, region: str) -> bool:
    import holidays as library

    return not region or region in library.list_supported_countries().get(country, [])
