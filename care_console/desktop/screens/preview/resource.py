"""A sound as a device that a player reads from memory: the bytes of an rcc file, built here, never on disk.

The layout is the one that Qt's own `rcc --binary` writes (format version 1): header, tree, data, names.
"""

from __future__ import annotations

import struct
from itertools import count

from PySide6.QtCore import QIODevice, QIODeviceBase, QResource
from PySide6.QtGui import QImageReader

_HEADER = struct.Struct(">4sIIII")
_DIRECTORY = struct.Struct(">IHII")
_FILE = struct.Struct(">IHHHI")
_IS_DIRECTORY = 0x02
_ANY_TERRITORY, _C_LANGUAGE = 0, 1
_FILE_NAME = "sound"
_numbers = count(1)


def _name_hash(name: str) -> int:
    """The hash by which Qt finds a name in a directory (``qt_hash`` of qtbase)."""
    value = 0
    for character in name:
        value = (value << 4) + ord(character)
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value


def rcc_with_one_file(name: str, content: bytes) -> bytes:
    """The bytes of a resource file that holds one uncompressed file at its root."""
    tree = _DIRECTORY.pack(0, _IS_DIRECTORY, 1, 1) + _FILE.pack(0, 0, _ANY_TERRITORY, _C_LANGUAGE, 0)
    data = struct.pack(">I", len(content)) + content
    names = struct.pack(">HI", len(name), _name_hash(name)) + name.encode("utf-16-be")
    tree_at = _HEADER.size
    data_at = tree_at + len(tree)
    names_at = data_at + len(data)
    return _HEADER.pack(b"qres", 1, tree_at, data_at, names_at) + tree + data + names


class SoundInMemory:
    """One sound, readable through `device` until `release`.

    Qt keeps a bare pointer to the bytes, and the player one to the device: both are held here, so whoever
    plays must hold this object, and release it only once the player has left it.
    """

    def __init__(self, sound: bytes) -> None:
        self._root = f"/preview/{next(_numbers)}"
        self._rcc: bytes | None = rcc_with_one_file(_FILE_NAME, sound)
        if not QResource.registerResourceData(self._rcc, self._root):
            raise ValueError("the sound could not be made ready to play")
        # Not a QFile or QBuffer of our own: one made in Python asks for the interpreter's lock at each read,
        # and a sound thread that waits for it can hang the desk. The reader's file is made by Qt, and never
        # asks. Nor a qrc: address: given one, the player copies the sound to a temporary file first.
        self._reader: QImageReader | None = QImageReader(f":{self._root}/{_FILE_NAME}")
        self.device: QIODevice = self._reader.device()
        if not self.device.open(QIODeviceBase.OpenModeFlag.ReadOnly):
            raise ValueError("the sound could not be made ready to play")

    def release(self) -> bool:
        """Takes the sound out of memory; False when something still reads it, and its bytes must stay."""
        if self._rcc is None:
            return True
        if self._reader is not None:
            self.device.close()
            self._reader = None
        if not QResource.unregisterResourceData(self._rcc, self._root):
            return False
        self._rcc = None
        return True
