"""What is used of Python itself, as it is when the process starts: before user code can be found, and before it can replace anything.

Functions of C alone, which call nothing that user code could reach. All are members of classes: libraries that stop the clock look through the names
of every module for what they replace.
"""

from __future__ import annotations

import binascii
import io
import os
import re
import time
import zlib
from _hashlib import hmac_digest, openssl_sha256


class Clock:
    """Seconds. The wall clock goes on in a freeze, the monotonic one may not."""

    wall = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)
    utc = staticmethod(time.gmtime)
    written = staticmethod(time.strftime)


class Chance:
    """From the system, so that environments restored from one snapshot draw differently."""

    _bytes = staticmethod(os.urandom)

    @classmethod
    def draw(cls) -> float:
        """From 0 to 1, without 1."""
        return int.from_bytes(cls._bytes(4), "big") / 2**32

    @classmethod
    def between(cls, least: float, most: float) -> float:
        return least + (most - least) * cls.draw()

    @classmethod
    def unique(cls) -> str:
        """A text that nobody else draws, in the form of a UUID."""
        digits = cls._bytes(16).hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class Digest:
    """SHA-256."""

    _sha256 = staticmethod(openssl_sha256)
    _hmac = staticmethod(hmac_digest)

    @classmethod
    def of(cls, content: bytes) -> str:
        """In hexadecimal digits."""
        digest: str = cls._sha256(content).hexdigest()
        return digest

    @classmethod
    def keyed(cls, key: bytes, content: bytes) -> bytes:
        """HMAC."""
        digest: bytes = cls._hmac(key, content, "sha256")
        return digest


class Packing:
    """gzip and base64."""

    Error = zlib.error
    _packer = staticmethod(zlib.compressobj)
    _unpack = staticmethod(zlib.decompress)
    _to_base64 = staticmethod(binascii.b2a_base64)
    _from_base64 = staticmethod(binascii.a2b_base64)
    _GZIP = 31  # zlib's window bits for gzip's format

    @classmethod
    def gzip(cls, content: bytes) -> bytes:
        packer = cls._packer(wbits=cls._GZIP)
        return packer.compress(content) + packer.flush()

    @classmethod
    def gunzip(cls, content: bytes) -> bytes:
        """Raises ``Error``."""
        return cls._unpack(content, cls._GZIP)

    @classmethod
    def base64(cls, content: bytes) -> str:
        return cls._to_base64(content, newline=False).decode()

    @classmethod
    def from_base64(cls, text: str) -> bytes:
        return cls._from_base64(text)


class Patterns:
    """Regular expressions."""

    compile = staticmethod(re.compile)
    _fullmatch = staticmethod(re.fullmatch)
    _ASCII = re.ASCII

    @classmethod
    def fullmatch(cls, pattern: str, text: str) -> re.Match[str] | None:
        """Of the whole text; digits and blanks are ASCII's."""
        return cls._fullmatch(pattern, text, cls._ASCII)


class Files:
    """Reading."""

    _open = staticmethod(io.FileIO)

    @classmethod
    def read(cls, path: str) -> bytes:
        with cls._open(path) as file:
            return file.readall()


class Descriptors:
    """Open files by number."""

    state = staticmethod(os.fstat)
    write = staticmethod(os.write)
