"""What a document says, told to people line by line."""

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One thing that a document says; both texts are safe to show."""

    label: str
    text: str
