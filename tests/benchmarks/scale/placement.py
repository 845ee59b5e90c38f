"""One client has a processor to itself, and the service and its database have the others.

A desk is another machine than they are. Left to the scheduler, client and database share a processor in one
run and not in the next: the peer's same look then takes 0.04 or 0.12 ms, since to wake another processor
takes longer than the look, and its ratio to anything says where it ran.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil
import psycopg

from tests.benchmarks.scale.clients import Client
from tests.benchmarks.scale.served import Served


@contextmanager
def apart(asking: Sequence[Client], served: Served) -> Iterator[None]:
    """Keep one client apart for as long as the block lasts; several, or one processor, are left as they are."""
    everywhere = sorted(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else []
    if len(asking) != 1 or len(everywhere) < 2:  # macOS has no such thing
        yield
        return
    psutil.Process(asking[0].process.pid).cpu_affinity(everywhere[-1:])
    _place(_of_service_and_database(served), everywhere[:-1])
    try:
        yield
    finally:
        _place(_of_service_and_database(served), everywhere)  # those that came meanwhile, too


def _of_service_and_database(served: Served) -> list[psutil.Process]:
    with psycopg.connect(served.database) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        database = backend.parent()
        assert database is not None
        roots = [database, psutil.Process(served.pid)]
        return roots + [child for root in roots for child in root.children(recursive=True)]


def _place(processes: Sequence[psutil.Process], processors: list[int]) -> None:
    for process in processes:
        try:
            process.cpu_affinity(processors)
        except psutil.NoSuchProcess:  # a backend whose connection has ended
            continue
