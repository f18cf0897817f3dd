"""A loop of signature checks through our keys, against the same loop on bare `cryptography`."""

from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from bench.measuring import Aim, Prepared, compare
from trustui.core.primitives.keys import PublicKey, load_public_key
from trustui.demo.keys import Scheme, throwaway_key

MESSAGE = b"m" * 1024
ROUNDS = 2_000
SCHEMES = {
    "ed25519": Scheme.ED25519,
    "ecdsa-p256": Scheme.ECDSA_P256,
    "ecdsa-p384": Scheme.ECDSA_P384,
    "rsa-pss": Scheme.RSA_PSS,
}


def _prepared(size: str) -> tuple[PublicKey, bytes]:
    key = throwaway_key("bench signatures", SCHEMES[size])
    public = key.public
    value = public["keyval"]
    assert isinstance(value, dict)
    loaded = load_public_key(str(public["keytype"]), str(public["scheme"]), str(value["public"]))
    return loaded, bytes.fromhex(key.sign(MESSAGE))


def ours(size: str) -> Prepared:
    key, signature = _prepared(size)

    def run() -> object:
        return sum(key.verifies(signature, MESSAGE) for _ in range(ROUNDS))

    return run, lambda count: count


def peer(size: str) -> Prepared:
    key, signature = _prepared(size)
    verify = _bare(key, signature)

    def run() -> object:
        count = 0
        for _ in range(ROUNDS):
            verify()
            count += 1
        return count

    return run, lambda count: count


def _bare(key: PublicKey, signature: bytes) -> Callable[[], None]:
    loaded = key.loaded
    if isinstance(loaded, ed25519.Ed25519PublicKey):
        return partial(loaded.verify, signature, MESSAGE)
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        digest = hashes.SHA256() if loaded.key_size == 256 else hashes.SHA384()
        return partial(loaded.verify, signature, MESSAGE, ec.ECDSA(digest))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return partial(loaded.verify, signature, MESSAGE, pss, hashes.SHA256())


if __name__ == "__main__":
    compare(f"{ROUNDS:,} signature checks", {"ours": ours, "peer": peer}, tuple(SCHEMES), Aim(0.9))
