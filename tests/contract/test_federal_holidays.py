"""The federal holidays, held against a library that knows those of all countries."""

from __future__ import annotations

import holidays
import pytest

from care_console.contract.federal_holidays import federal_holidays_of


@pytest.mark.parametrize("year", range(1986, 2101))
def test_they_are_those_that_the_library_has(year: int) -> None:
    told = dict(sorted(holidays.country_holidays("US", years=year).items()))
    assert federal_holidays_of(year) == told
