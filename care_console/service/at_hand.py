"""The database that a command works on: the one that is set, or the embedded one, at this version."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.exc import OperationalError

from care_console.service.foundation.embedded import embedded_database
from care_console.service.foundation.schema import migrate
from care_console.service.foundation.trouble import Trouble
from care_console.service.settings import Settings


@contextlib.contextmanager
def database_at_hand(settings: Settings) -> Iterator[str]:
    """Its URL, migrated; for an embedded one, for as long as the block lasts."""
    with contextlib.ExitStack() as stack:
        url = settings.database_url or stack.enter_context(embedded_database(settings.data_dir))
        try:
            migrate(url)
        except OperationalError as error:
            raise Trouble(
                f"The database cannot be reached: {str(error.orig).strip()}. Check CARE_DATABASE_URL."
            ) from error
        yield url
