"""Every kind of event, one line each: its name and the sentence that tells it (docs/events.md)."""

KINDS: dict[str, str] = {
    "source.added": "{subject} was added as a source",
    "source.changed": "the settings of {subject} were changed",
    "source.addresses_allowed": "{subject} was allowed to reach private addresses",
    "source.removed": "{subject} was removed; its history stays",
    "source.crawl_requested": "a crawl of {subject} was asked for",
    "source.imported": "the past of {subject} was imported",
    "anchor.pinned": "a root was pinned for {subject}, from a file",
    "anchor.confirmed": "the first root of {subject} was confirmed by its fingerprint",
    "anchor.replaced": "{subject} is verified from another root",
    "metadata.appeared": "{subject} published metadata that was not seen before",
    "metadata.refused": "{subject} served metadata that was refused",
    "metadata.equivocated": "{subject} showed two different documents as one version",
    "verdict.changed": "the verdict about {subject} changed",
    "failure.taken": "the failure of {subject} was taken by somebody who looks after it",
    "failure.released": "the failure of {subject} is looked after by nobody any more",
    "finding.accepted": "a finding about {subject} was accepted until a day",
    "finding.reopened": "a finding about {subject} that was accepted is open again",
    "job.quarantined": "the job {subject} was put into quarantine",
    "job.retried": "the job {subject} was taken out of quarantine",
    "clock.doubted": "the clock of {subject} is in doubt: verdicts that only time changes are held",
    "clock.confirmed": "the clock of {subject} is trusted again",
    "user.created": "the account {subject} was created",
    "account.secured": "{subject} changed how the own account is signed in to",
    "token.made": "the API token {subject} was made",
    "token.revoked": "the API token {subject} was revoked",
    "calendar.made": "the calendar {subject} was made",
    "calendar.revoked": "the calendar {subject} was ended",
    "team.created": "the team {subject} was created",
    "team.joined": "{subject} was taken into a team",
    "team.role_changed": "{subject} was given another role in a team",
    "team.left": "{subject} was taken out of a team",
}
"""Name -> sentence. A name never changes its meaning; what is no more told keeps its line."""


def sentence(kind: str, subject: str) -> str:
    """An event in words. A kind that this version does not know is told by its name."""
    return KINDS.get(kind, f"{kind}: {{subject}}").replace("{subject}", subject)
