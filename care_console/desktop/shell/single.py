"""One desk for a folder: whoever starts a second one raises the first, and hands its link over.

A lock file says who is first, a local socket carries the link. Only the same person's programs reach it, and
what comes over it can show a caller and nothing else (``links``).
"""

from __future__ import annotations

import hashlib
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)
_LONGEST = 4096
_PATIENCE_MS = 300
_BETWEEN_TRIES_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0


class SingleDesk(QObject):
    """`received` fires with the link of a second start; empty where it had none."""

    received = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole = str(folder.resolve())
        self._name = f"care-console-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
        self._lock = QLockFile(str(folder / "desk.lock"))
        # Nobody's lock is stale for its age: only if its process is gone.
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def begin(self) -> bool:
        """Be the one desk of the folder. False where another one is."""
        return self._lock.tryLock(0)

    def listen(self) -> None:
        """Hear of further starts. Apart from `begin`, since it loads what the first paint needs not."""
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        if not self._server.listen(self._name):
            _log.warning("further starts are not heard: %s", self._server.errorString())

    def hand_over(self, link: str) -> bool:
        """Give the first desk a link. False where it did not take it within some seconds. Blocks."""
        from PySide6.QtNetwork import QLocalSocket

        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(_PATIENCE_MS):
                socket.write(link.encode()[:_LONGEST] + b"\n")
                socket.waitForBytesWritten(_PATIENCE_MS)
                if socket.waitForReadyRead(round(_PATIENCE_SECONDS * 1000)):
                    return socket.readAll().data() == b"taken\n"
            time.sleep(_BETWEEN_TRIES_SECONDS)
        return False

    def end(self) -> None:
        """Let another desk be the one."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _connected(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.canReadLine():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        line = bytes(socket.readLine(_LONGEST).data())
        socket.write(b"taken\n")
        socket.flush()
        socket.disconnectFromServer()
        self.received.emit(line.decode("utf-8", errors="replace").strip())
