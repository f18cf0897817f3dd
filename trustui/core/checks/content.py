"""Are these the bytes that somebody described: their length and their hashes?"""

from collections.abc import Mapping

from trustui.core.primitives.digests import compare
from trustui.core.primitives.text import visible
from trustui.core.trace import Judgement, failed, noted, passed


def judge_length(what: str, body: bytes, stated: int | None, allowed: int) -> Judgement:
    """Exactly the stated length where one is stated, and never more than is allowed."""
    found = len(body)
    if stated is not None and found != stated:
        return failed(
            f"{what} has another length than was stated",
            expected=f"{stated:,} bytes",
            found=f"{found:,} bytes",
        )
    if found > allowed:
        return failed(
            f"{what} is longer than is read of it",
            expected=f"at most {allowed:,} bytes",
            found=f"{found:,} bytes",
        )
    return passed(
        f"{what} has {found:,} bytes",
        expected=f"at most {allowed:,} bytes",
        found=f"{found:,} bytes",
    )


def judge_hashes(what: str, body: bytes, stated: Mapping[str, str] | None) -> Judgement:
    """Every stated hash of a known algorithm is the hash of these bytes, and there is one."""
    if not stated:
        return noted(f"no hashes of {what} were stated, so none are compared")
    comparisons = compare(body, stated)
    for one in comparisons:
        if one.found is not None and not one.holds:
            return failed(
                f"{what} is not the file that was stated: its {one.algorithm} differs",
                expected=visible(one.stated),
                found=one.found,
            )
    known = [one.algorithm for one in comparisons if one.holds]
    if not known:
        return failed(f"no stated hash of {what} can be computed", found=visible(", ".join(stated)))
    return passed(f"{what} has the stated {' and '.join(known)}", found=comparisons[0].found)
