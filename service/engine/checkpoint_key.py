"""The key that signs checkpoints (Ed25519): made at first use with mode 0600, kept outside the database."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.errors import Failed

_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Where checkpoints are kept, and the file of the key that signs them: 32 bytes in hexadecimal."""

    folder: Path
    key_file: Path

    def sign(self, data: bytes) -> str:
        """Sign in hexadecimal. Failed when the key cannot be read or made."""
        return self._key().sign(data).hex()

    def public_key(self) -> str:
        """The key that others check signatures with, in hexadecimal; makes the key if there is none."""
        return self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def find_public_key(self) -> str | None:
        """The same, without making a key."""
        return self.public_key() if self.key_file.exists() else None

    def _key(self) -> Ed25519PrivateKey:
        if not self.key_file.exists():
            self._make()
        try:
            found = bytes.fromhex(self.key_file.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise self._unusable() from error
        if len(found) != _LENGTH:
            raise self._unusable()
        return Ed25519PrivateKey.from_private_bytes(found)

    def _make(self) -> None:
        self.key_file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.key_file.with_name(f"{self.key_file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_hex(_LENGTH)}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            self.key_file.hardlink_to(temporary)  # fails when another process was faster; then its key counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()

    def _unusable(self) -> Failed:
        return Failed(
            f"检查点签名密钥 {self.key_file} 不可用：应为 64 位十六进制数。",
            message_en=f"The key of the checkpoints, {self.key_file}, cannot be used: it holds 64 hexadecimal digits.",
        )


def is_signed(data: bytes, signature: str, *, key: str) -> bool:
    """Whether a signature over some bytes is that of a public key; both in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True
