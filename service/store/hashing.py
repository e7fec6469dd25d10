"""The digests that history is chained with: SHA-256, or SM3 (GB/T 32905) where the national algorithm is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

SHA256 = "sha256"
SM3 = "sm3"


def _sm3() -> Callable[[bytes], bytes]:
    """SM3 of OpenSSL as Python was built with it; else of the library that signs checkpoints, which brings its own."""
    try:
        hashlib.new(SM3)
    except ValueError:
        return _sm3_of_cryptography
    return lambda data: hashlib.new(SM3, data).digest()


def _sm3_of_cryptography(data: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes

    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


#: How each algorithm digests; a link of history names the one that it was made with.
DIGESTS: Mapping[str, Callable[[bytes], bytes]] = {SHA256: lambda data: hashlib.sha256(data).digest(), SM3: _sm3()}
ALGORITHMS = tuple(DIGESTS)
#: What lines without a payload have in its place.
NOTHING: Mapping[str, bytes] = {name: digest(b"") for name, digest in DIGESTS.items()}


def digest(algorithm: str, data: bytes) -> bytes:
    """Digest bytes. KeyError for an algorithm that there is not."""
    return DIGESTS[algorithm](data)
