"""Sound in a folder or in an S3 bucket, by obstore: `open_storage("/var/lib/care/sound")`, `open_storage("s3://b/p")`."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from care_console.service.gateways.storage.port import (
    NotStored,
    Storage,
    StorageUnavailable,
    checked_key,
)

if TYPE_CHECKING:
    from obstore.store import RetryConfig

# obstore would else try for three minutes, longer than anybody holds a telephone for a preview.
_RETRIES: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=10)}


def open_storage(where: str | Path) -> Storage:
    """Storage in the folder `where` (made if need be, for its owner only) or the bucket `s3://NAME/PREFIX`.

    A bucket's region, keys and endpoint come from the usual AWS_ variables. Raises StorageUnavailable where
    it cannot be opened.
    """
    if str(where).startswith("s3://"):
        with _told():
            return ObjectStorage(S3Store.from_url(str(where), retry_config=_RETRIES), folder=None)
    folder = Path(where).absolute()
    with _told():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return ObjectStorage(LocalStore(folder), folder=folder)


class ObjectStorage:
    """Storage by obstore, which writes a folder's file aside and renames it, so that no half is seen."""

    def __init__(self, store: LocalStore | S3Store, *, folder: Path | None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, key: str, data: bytes) -> None:
        with _told(checked_key(key)):
            await obstore.put_async(self._store, key, data, use_multipart=False)
            if self._folder is not None:
                await asyncio.to_thread(_sync, self._folder, key)

    async def get(self, key: str) -> bytes:
        with _told(checked_key(key)):
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())

    async def get_range(self, key: str, start: int, end: int) -> bytes:
        if not 0 <= start < end:
            raise ValueError(f"Not a range of bytes: {start} to {end}")
        size = await self.size(key)
        if start >= size:
            return b""
        with _told(key):
            return bytes(await obstore.get_range_async(self._store, key, start=start, end=min(end, size)))

    async def size(self, key: str) -> int:
        with _told(checked_key(key)):
            return int((await obstore.head_async(self._store, key))["size"])

    async def delete(self, key: str) -> None:
        # S3 says nothing when nothing was there; a folder does, and is made to agree.
        with _told(checked_key(key)), contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)


def _sync(folder: Path, key: str) -> None:
    """Bring the file and its folders to the disk; else a power cut may leave an empty file under the key."""
    place = folder / key
    folders = [parent for parent in place.parents if parent.is_relative_to(folder)]
    # Windows has no handles of folders, and keeps their entries by its journal.
    for path in [place, *folders] if os.name == "posix" else [place]:
        # Deleted again meanwhile by somebody else: then there is nothing to bring to the disk.
        with contextlib.suppress(FileNotFoundError):
            _sync_one(path)


def _sync_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told(key: str | None = None) -> Iterator[None]:
    """Give a failure its name in our words."""
    try:
        yield
    except FileNotFoundError as error:
        if key is None:
            raise StorageUnavailable(f"The storage cannot be opened: {_first_line(error)}.") from error
        raise NotStored(key) from error
    except (BaseError, OSError) as error:
        raise StorageUnavailable(f"The storage cannot be used: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    """obstore adds its inner state on the lines after the first, which is no reading for a person."""
    return str(error).split("\n", 1)[0].rstrip(".")
