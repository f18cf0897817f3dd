"""Every check and finding of a verification by Notation's rules that belongs to no envelope."""

from trustui.core.images.notation.causes import (
    INDEX_SIGNED,
    LOST_ENTRY,
    MOVED_TAG,
    ONLY_IN_FALLBACK,
    PLATFORM_SIGNED,
    WRONG_TYPE,
)
from trustui.core.images.notation.question import BLOB, LIMIT, LIST, MANIFEST, POLICY, RESOLVE, SKIP
from trustui.core.images.notation.signatures import OTHER_SUBJECT
from trustui.core.images.notation.verify import HIDDEN, SKIPPED
from trustui.core.trust_policy.notation.lint import LINTS
from trustui.core.trust_policy.policies import FORM

CHECKS = (POLICY, SKIP, RESOLVE, LIST, LIMIT, MANIFEST, BLOB, FORM)

FINDINGS = (
    SKIPPED,
    INDEX_SIGNED,
    PLATFORM_SIGNED,
    MOVED_TAG,
    LOST_ENTRY,
    WRONG_TYPE,
    ONLY_IN_FALLBACK,
    OTHER_SUBJECT,
    HIDDEN,
    *LINTS,
)
