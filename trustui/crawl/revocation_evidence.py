"""Revocation lists and OCSP answers from a folder, for verification without a network.

`urls.json` says which file answers an address: a list of `{"url", "file"}`, with `kind` (`crl` or
`ocsp`) and, of OCSP, the `serial` of the certificate asked about where an address answers for several;
or an object of address and file. An address that is not listed was unreachable. Files stand in the
folder; a name may begin with the folder's own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.limits import MIB, JsonLimits
from trustui.core.pki.revocation import Enquiry, serial_of_request
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible
from trustui.crawl.files import is_there, read_file

INDEX = "urls.json"
MAX_INDEX = MIB
MAX_ENTRIES = 10_000
MAX_EVIDENCE = 32 * MIB
"""Bytes of one list; the longest of public authorities have some ten."""


class _Entry(msgspec.Struct, frozen=True):
    url: str
    file: str
    kind: str = ""
    serial: str = ""

    def answers(self, url: str, serial: str | None) -> bool:
        """Whether this file is what the address answers; `serial` is None for a list."""
        if self.url != url:
            return False
        if serial is None:
            return self.kind != "ocsp"
        return self.kind != "crl" and self.serial.lower().lstrip("0") in {"", serial.lstrip("0")}


class EvidenceFolder:
    """Answers of a folder; an `Evidence`."""

    def __init__(self, folder: Path, entries: Sequence[_Entry]) -> None:
        self._folder = folder
        self._entries = entries

    def __call__(self, enquiry: Enquiry) -> Document | Problem:
        """What the folder says instead of the network."""
        return self.answer(enquiry.address, enquiry.request)

    def answer(self, url: str, request: bytes | None) -> Document | Problem:
        """The file for an address; `request` as in `Enquiry`. Raises ParseError where it is none."""
        entry = self._entry(url, request)
        if entry is None:
            because = f"{INDEX} does not list it: it counts as unreachable"
            return Problem(visible(url), ProblemKind.UNREADABLE, because)
        return read_file(_place(self._folder, entry.file), MAX_EVIDENCE, self._folder)

    def lists(self, url: str, request: bytes | None) -> bool:
        """Whether there is a file for it. Raises ParseError as `answer` does."""
        return self._entry(url, request) is not None

    def _entry(self, url: str, request: bytes | None) -> _Entry | None:
        serial = None if request is None else serial_of_request(request)
        return next((one for one in self._entries if one.answers(url, serial)), None)

    @property
    def addresses(self) -> tuple[str, ...]:
        """What is listed, each once."""
        return tuple(dict.fromkeys(one.url for one in self._entries))


def read_evidence(folder: Path) -> EvidenceFolder:
    """What answers instead of the network. Raises ParseError where `urls.json` cannot be used."""
    answer = read_file(folder / INDEX, MAX_INDEX, folder)
    if isinstance(answer, Problem):
        raise ParseError(f"{INDEX}: {answer.because}", expected=f"a folder with {INDEX}")
    entries = tuple(_entries(load(answer.body, JsonLimits(max_bytes=MAX_INDEX)).value))
    return EvidenceFolder(folder, entries)


def _place(folder: Path, file: str) -> Path:
    """Where a file stands, as `NAME` or as `FOLDER/NAME`."""
    direct = folder / file
    parts = Path(file).parts
    if not is_there(direct) and parts[:1] == (folder.resolve().name,):
        return folder.joinpath(*parts[1:])
    return direct


def _entries(value: JsonValue) -> Iterator[_Entry]:
    if isinstance(value, dict):
        value = [{"url": url, "file": file} for url, file in value.items()]
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise ParseError(f"{INDEX} is no list of addresses", expected="a list", found=quoted(value))
    try:
        yield from msgspec.convert(value, list[_Entry])
    except msgspec.ValidationError as error:
        raise ParseError(f"{INDEX}: {error}", expected="url and file, both texts") from error
