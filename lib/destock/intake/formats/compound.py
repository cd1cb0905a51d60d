"""A compound file (MS-CFB), in which old Office programs keep theirs: one stream out of it."""

import struct
from collections.abc import Sequence
from pathlib import Path

_END = 0xFFFFFFFA  # numbers from here on stand for no sector
_ENTRY = 128


class Unknown(Exception):
    """A file that does not keep to its format, or is none that can be followed."""


def stream_of(path: Path, names: Sequence[str]) -> bytes:
    """The content of the first of these streams that there is. Raises Unknown."""
    try:
        return _Compound(path.read_bytes()).stream(names)
    except (struct.error, IndexError) as error:
        raise Unknown(str(error)) from error


class _Compound:
    def __init__(self, content: bytes):
        self.content = content
        shift, self.small_shift = struct.unpack_from("<HH", content, 30)
        if not 7 <= shift <= 16:
            raise Unknown(f"sectors of 2^{shift} bytes")
        self.size = 1 << shift
        directory, self.cutoff, small, _, more, _ = struct.unpack_from("<I4x5I", content, 48)
        self.table = self._table(more)
        entries = self._chain(directory)
        self.entries = [entries[at : at + _ENTRY] for at in range(0, len(entries), _ENTRY)]
        self.small = _numbers(self._chain(small)) if small < _END else []

    def stream(self, names: Sequence[str]) -> bytes:
        found = {self._name(entry).casefold(): entry for entry in reversed(self.entries)}
        entry = next((found[name.casefold()] for name in names if name.casefold() in found), None)
        if entry is None:
            protected = "encryptedpackage" in found
            raise Unknown("a password" if protected else "no workbook in it")
        start, size = struct.unpack_from("<II", entry, 116)
        if size >= self.cutoff:
            return self._chain(start)[:size]
        within = self._chain(struct.unpack_from("<I", self.entries[0], 116)[0])
        step = 1 << self.small_shift
        return b"".join(within[n * step : (n + 1) * step] for n in self._follow(start, self.small))[
            :size
        ]

    def _table(self, more: int) -> list[int]:
        """Which sector follows which."""
        listed = _numbers(self.content[76:512])
        seen = set()
        while more < _END and more not in seen:
            seen.add(more)
            *some, more = _numbers(self._sector(more))
            listed += some
        return [n for one in listed if one < _END for n in _numbers(self._sector(one))]

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._follow(start, self.table)))

    def _follow(self, start: int, table: list[int]) -> list[int]:
        chain, seen = [], set()
        while start < _END:
            if start in seen:
                raise Unknown("sectors that follow themselves")
            seen.add(start)
            chain.append(start)
            start = table[start]
        return chain

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.size
        return self.content[at : at + self.size]

    @staticmethod
    def _name(entry: bytes) -> str:
        length = struct.unpack_from("<H", entry, 64)[0]
        return entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")


def _numbers(content: bytes) -> list[int]:
    return [one for (one,) in struct.iter_unpack("<I", content[: len(content) // 4 * 4])]
