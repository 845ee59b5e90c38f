"""`care-console service import`: loading a data set from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from care_console.service.at_hand import database_at_hand
from care_console.service.foundation.trouble import Trouble
from care_console.service.gateways.storage.files import open_storage
from care_console.service.gateways.storage.port import StorageUnavailable
from care_console.service.imports.progress import console_progress
from care_console.service.imports.run import ImportRefused, import_folder, print_report
from care_console.service.settings import Settings


def import_command(settings: Settings, folder: Path, *, all_or_nothing: bool, rejects: Path | None) -> int:
    """Load a data set and tell what became of it. 1: all or nothing was asked for and came to nothing."""
    try:
        storage = open_storage(settings.storage_url or settings.data_dir / "sound")
        with database_at_hand(settings) as url, console_progress() as progress:
            report = asyncio.run(
                import_folder(
                    url,
                    folder,
                    storage=storage,
                    all_or_nothing=all_or_nothing,
                    rejects=rejects,
                    progress=progress,
                )
            )
    except (ImportRefused, StorageUnavailable) as error:
        raise Trouble(str(error), 2) from error
    except (psycopg.Error, DBAPIError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).strip().split("\n", 1)[0]
        raise Trouble(
            f"The import broke off: the database said: {reason}. What was finished stays loaded; run "
            "it again, and it goes on from there.",
            2,
        ) from error
    print_report(report)
    return 0 if report.kept else 1
