"""What keys are worth: which roles use them, and what follows when they are lost or stolen.

`listings` gathers who may sign for what, `inventory` tells it by key, `consequences` asks what if.
"""

from trustui.core.impact.consequences import Impact, RoleImpact, Trust, impact, impact_of_each
from trustui.core.impact.inventory import KeyRole, KeyUsage, key_usage

__all__ = [
    "Impact",
    "KeyRole",
    "KeyUsage",
    "RoleImpact",
    "Trust",
    "impact",
    "impact_of_each",
    "key_usage",
]
