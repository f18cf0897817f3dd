"""What a bill of materials says, in a few lines for people; the whole of it is shown beside."""

from collections.abc import Iterator

from trustui.core.formats.sbom.bill import Bill
from trustui.core.primitives.readable import Line
from trustui.core.primitives.text import counted, visible

MAX_TEXT = 200
MAX_LISTED = 5


def readable(bill: Bill) -> tuple[Line, ...]:
    """Its form, what it is about, how much it lists, who made it and when; hostile text is visible."""
    return tuple(line for line in _lines(bill) if line.text)


def _lines(bill: Bill) -> Iterator[Line]:
    yield Line("form", f"{bill.form} {bill.version}")
    yield Line("name", visible(bill.name, MAX_TEXT))
    for one in bill.described[:MAX_LISTED]:
        yield Line("about", visible(str(one), MAX_TEXT))
    for digest in bill.digests[:MAX_LISTED]:
        yield Line("digest", digest)
    noun = "package" if bill.form == "SPDX" else "component"
    yield Line("parts", counted(bill.parts, noun))
    yield Line("created", visible(bill.created, MAX_TEXT))
    for creator in bill.creators[:MAX_LISTED]:
        yield Line("by", visible(creator, MAX_TEXT))
