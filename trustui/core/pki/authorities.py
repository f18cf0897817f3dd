"""Whom a verifier trusts: certificate and timestamp authorities, and the keys of logs."""

import msgspec

from trustui.core.pki.certificates import Certificate
from trustui.core.pki.keys import PkixKey
from trustui.core.pki.times import Window


class Authority(msgspec.Struct, frozen=True):
    """A certificate or timestamp authority and when it was in use."""

    uri: str
    chain: tuple[Certificate, ...]
    """Any intermediates first, the trusted certificate last; never empty. The chain of a timestamp
    authority may begin with the certificate that signs."""
    window: Window

    @property
    def root(self) -> Certificate:
        """What is trusted."""
        return self.chain[-1]

    @property
    def title(self) -> str:
        """What people know it by."""
        return self.uri or self.root.title


class Log(msgspec.Struct, frozen=True):
    """A transparency log or a log of certificates: its key and when that was in use."""

    base_url: str
    log_id: bytes
    """SHA-256 over the key, or what a C2SP note calls it by; entries name it."""
    key: PkixKey
    window: Window
    checkpoint_id: bytes = b""
    """What checkpoints call the key where that is not `log_id`."""

    @property
    def note_id(self) -> bytes:
        """The four bytes that signature lines of its checkpoints begin with (C2SP signed-note)."""
        return (self.checkpoint_id or self.log_id)[:4]

    @property
    def host(self) -> str:
        """The name that checkpoints are signed in: the host of the base URL (tlog-tiles)."""
        return self.base_url.partition("://")[2].rstrip("/") or self.base_url
