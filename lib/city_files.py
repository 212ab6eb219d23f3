"""Files that cities send each other: canonical JSON that may have the Ed25519 signature of its city."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import models, transaction

from lib.canonical import canonical

ALGORITHM: Final = "Ed25519"
SIGNATURE: Final = "signature"


def parse(content: bytes) -> Any:
    """Read JSON. Raises ValueError or RecursionError for a key twice, a fraction, or anything else."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("a key is there twice")
        return members

    def never(_text: str) -> Any:
        raise ValueError("no whole number")

    return json.loads(content, object_pairs_hook=once, parse_float=never, parse_constant=never)


def signed_bytes(document: Mapping[str, Any]) -> bytes:
    """The signed bytes: the canonical JSON of everything but the signature."""
    return canonical({name: value for name, value in document.items() if name != SIGNATURE})


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey) -> tuple[str, str]:
    """The public key and the signature, in hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex(), key.sign(signed_bytes(document)).hex()


def sign_waiting(waiting: models.QuerySet[Any], key: Ed25519PrivateKey) -> int:
    """Sign the `document` of each row that waits, and return how many. Two workers sign none twice."""
    signed = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is not None:
                row.key, row.signature = sign(row.document, key)
                row.save(update_fields=["key", "signature"])
                signed += 1
    return signed


def is_signed(document: Mapping[str, Any]) -> bool:
    """Whether the signature that the document has is right."""
    signature = document[SIGNATURE]
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["key"]))
        key.verify(bytes.fromhex(signature["value"]), signed_bytes(document))
    except (InvalidSignature, ValueError):
        return False
    return True


def write(document: Mapping[str, Any], key: str, signature: str) -> bytes:
    """The bytes of a file; without a signature it is unsigned."""
    if not signature:
        return canonical(document)
    return canonical({**document, SIGNATURE: {"alg": ALGORITHM, "key": key, "value": signature}})


def fingerprint_of(key: str) -> str:
    """The fingerprint of a public key (hexadecimal) to compare by telephone: 32 digits in groups of four."""
    digits = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
