"""Where this project and tuf-js 5.0.1 disagree on purpose, and why."""

import re
from typing import Any

from tests.differential import rules
from tests.differential.compare import Difference, Stricter
from tests.differential.predicates import (
    THRESHOLD,
    Rule,
    bins_end_the_search,
    first,
    has_null,
    invalid_signature,
    kept_snapshot_is_another,
    says,
    says_and_has_key,
    scheme,
    small_order,
    unreadable_key,
)
from trustui.core.primitives.keys import PublicKey

_SHARED = (
    "duplicate names",
    "depth and size of JSON",
    "length of the pinned root",
    "more roots than are followed",
    "one public key counts once",
    "points of small order",
    "a kept snapshot that is not the listed one",
)
"""Rules of python-tuf that hold for tuf-js as they stand."""
