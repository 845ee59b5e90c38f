"""What all tests share: a PostgreSQL of their own, and a database for each test that asks for one."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.support.postgres import Cluster, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The run's own PostgreSQL."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def database_url(cluster: Cluster) -> Iterator[str]:
    """A new, migrated database, gone after the test."""
    url = cluster.database()
    yield url
    cluster.drop(url)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """After each test its garbage is collected here, on the main thread: windows turn the collector off."""
    yield
    if not gc.isenabled():
        gc.collect()
        # What outlives a test is mostly modules and caches: they need not be walked through after each test.
        gc.freeze()
