"""A recorder, and sounds that are made once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI

from care_console.service.foundation.services import Services
from tests.service.conftest import anonymous
from tests.service.recordings.recorder import Recorder, a_recorder
from tests.service.recordings.sounds import speech


@pytest_asyncio.fixture
async def recorder(services: Services, app: FastAPI) -> AsyncIterator[Recorder]:
    """A recorder with a key."""
    async with anonymous(app) as client:
        yield await a_recorder(services, client)


@pytest.fixture(scope="session")
def three_seconds() -> bytes:
    """Somebody speaks for three seconds: 8 kHz WAV."""
    return speech(seconds=3, seed=11)
