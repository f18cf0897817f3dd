"""The client workflow of TUF 1.0.34 §5, in the order of the specification.

Each kind of document has a `Workflow`: rows of check id, clause and judge. To add a check, write
its judge (here or in `judges`), add its row, and describe it in docs/formats/tuf.md.

§5.1 and §5.2 start, §5.3 root, §5.4 timestamp, §5.5 snapshot, §5.6 targets; §5.6.7 (delegations)
and §5.7 (target files) stand in `delegations` and `target_files`.
"""

from trustui.core.checks.expiry import judge_expiry
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf import judges
from trustui.core.formats.tuf.delegations import look_up, walk
from trustui.core.formats.tuf.lint import lint
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.reading import (
    Ask,
    Case,
    Request,
    Signer,
    Workflow,
    examine,
    rows,
)
from trustui.core.formats.tuf.repository import AnchorOrigin, Kept, Question, Repository
from trustui.core.formats.tuf.target_files import compare_file
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, quoted, visible
from trustui.core.trace import (
    Chain,
    Judgement,
    Planned,
    Verification,
    failed,
    noted,
    passed,
    undecided,
)

# §5.1, §5.2 -----------------------------------------------------------------------------------


def initial_root_is_there(case: Case) -> Judgement:
    """§5.2: there is a trusted root to start from.

    A file that a person named must be there; a place that gives no usable answer decides nothing.
    """
    if isinstance(case.answer, Problem):
        named = case.context["origin"] in {AnchorOrigin.PINNED, AnchorOrigin.KEPT}
        conclude = failed if named or case.answer.kind is ProblemKind.ABSENT else undecided
        return conclude(
            f"the root to start from cannot be read: {case.answer.because}",
            expected="the bytes of a root document",
            found=visible(case.answer.location),
        )
    return passed("there is a root to start from", found=visible(case.answer.location))


def somebody_vouches(case: Case) -> Judgement:
    """§5.2: the first root is trusted because a person said so, by a way outside the repository."""
    match case.context["origin"]:
        case AnchorOrigin.PINNED:
            return passed("this root was pinned", found="a root file given by a person")
        case AnchorOrigin.KEPT:
            return passed(
                "this root was followed from a pinned one earlier", found="a client's state"
            )
        case AnchorOrigin.FIRST_USE:
            return passed(
                "this root is trusted on first use, as was asked for: whoever controls the repository "
                "or the way to it could have put it there",
                expected="a pinned root",
                found="the repository's own first root",
            )
        case _:
            return undecided(
                "nobody has said that this is the right first root: everything below rests on it",
                expected="a pinned root",
                found="the repository's own first root",
            )


START = rows(("tuf.clock.fixed_start", "§5.1", judges.clock_is_fixed))

INITIAL_ROOT = Workflow(
    type="root",
    of_bytes=rows(
        ("tuf.root.initial.load", "§5.2", initial_root_is_there),
        ("tuf.root.anchor", "§5.2", somebody_vouches),
    ),
    of_content=rows(("tuf.root.initial.self_signed", "§5.2", judges.new_threshold_reached)),
    gives_keys=True,
)

# §5.3 -----------------------------------------------------------------------------------------

NEXT_ROOT = Workflow(
    type="root",
    of_bytes=rows(
        ("tuf.root.fetch.next", "§5.3.3", judges.place_answered),
        ("tuf.fetch.slow", "§5.3.3", judges.fast_enough),
        ("tuf.root.fetch.length", "§5.3.3", judges.length_allowed),
    ),
    of_content=rows(
        ("tuf.root.chain.threshold_old", "§5.3.4", judges.threshold_reached),
        ("tuf.root.chain.threshold_new", "§5.3.4", judges.new_threshold_reached),
        ("tuf.root.rollback.version", "§5.3.5", judges.version_is_next),
        ("tuf.root.persist", "§5.3.8", judges.root_is_kept),
    ),
    gives_keys=True,
)


def end_of_chain(case: Case) -> Judgement:
    """§5.3.3: no next root means that the newest one is reached."""
    root: Metadata = case.context["root"]
    if isinstance(case.answer, Problem) and case.answer.kind is ProblemKind.ABSENT:
        return noted(
            f"there is no root v{quoted(root.version + 1)}: v{quoted(root.version)} is the newest"
        )
    return noted(f"the chain was followed to v{quoted(root.version)} and no further")


def not_too_many_rotations(case: Case) -> Judgement:
    """§5.3.3: the chain of new roots is bounded (Y)."""
    followed, most = case.context["rotations"], case.limits.max_root_rotations
    offered = isinstance(case.answer, Document)
    if followed >= most and offered:
        return failed(
            "more roots are offered than a client follows at once",
            expected=f"at most {most} new roots",
            found=f"more than {most}",
        )
    return passed(f"{counted(followed, 'new root')} followed", expected=f"at most {most} new roots")


def earlier_expiries_are_harmless(case: Case) -> Judgement:
    """§5.3.6: only the expiry of the final root counts (§5.3.10)."""
    root: Metadata = case.context["root"]
    roots: list[Metadata] = case.context["roots"]
    lapsed = [one for one in roots if one.version != root.version and one.expires <= case.valid_at]
    if not lapsed:
        return noted("only the expiry of the final root counts; no earlier root has expired")
    return noted(
        f"{counted(len(lapsed), 'earlier root')} expired, which is harmless: they only lead to the final root",
        found=f"v{quoted(lapsed[0].version)} expired {write_instant(lapsed[0].expires)}",
        expired=[f"v{quoted(one.version)}: {write_instant(one.expires)}" for one in lapsed[:20]],
    )


def final_root_not_expired(case: Case) -> Judgement:
    """§5.3.10: the final root is valid."""
    return judge_expiry(
        f"root v{quoted(case.context['root'].version)}", case.context["root"].expires, case.valid_at
    )


def rotated_keys_drop_what_was_kept(case: Case) -> Judgement:
    """§5.3.11: what the old keys of timestamp and snapshot signed is not believed any more.

    This is how a repository recovers from a fast-forward attack.
    """
    dropped: list[str] = case.context["dropped"]
    if not dropped:
        return noted("nothing that was kept has to be dropped for a rotation of keys")
    return noted(
        f"the {' and '.join(dropped)} kept from before is not signed by the keys of today: it is dropped",
        found=", ".join(dropped),
    )


def naming_of_files(case: Case) -> Judgement:
    """§5.3.12, §6.2: consistent snapshots put the version into the names of metadata files."""
    if case.context["root"].consistent_snapshot:
        return noted("consistent snapshots: metadata is asked for by version")
    return noted("no consistent snapshots: a client may meet a publication half done")


FINAL_ROOT = rows(
    ("tuf.root.fetch.end", "§5.3.3", end_of_chain),
    ("tuf.root.chain.max_rotations", "§5.3.3", not_too_many_rotations),
    ("tuf.root.initial.expiry_ignored", "§5.3.6", earlier_expiries_are_harmless),
    ("tuf.root.freeze.expired", "§5.3.10", final_root_not_expired),
    ("tuf.root.recovery.keys_rotated", "§5.3.11", rotated_keys_drop_what_was_kept),
    ("tuf.root.consistent_snapshot", "§5.3.12", naming_of_files),
)

# §5.4, §5.5, §5.6 -----------------------------------------------------------------------------

TIMESTAMP = Workflow(
    type="timestamp",
    of_bytes=rows(
        ("tuf.timestamp.fetch", "§5.4.1", judges.place_answered),
        ("tuf.fetch.slow", "§5.4.1", judges.fast_enough),
        ("tuf.timestamp.fetch.length", "§5.4.1", judges.length_allowed),
    ),
    of_content=rows(
        ("tuf.timestamp.signature.threshold", "§5.4.2", judges.threshold_reached),
        ("tuf.timestamp.rollback.version", "§5.4.3.1", judges.version_not_lower),
        ("tuf.equivocation", "§5.4.3.1", judges.same_as_seen),
        ("tuf.timestamp.unchanged", "§5.4.3.1", judges.version_unchanged),
        ("tuf.timestamp.rollback.snapshot_version", "§5.4.3.2", judges.snapshot_version_not_lower),
        ("tuf.timestamp.freeze.expired", "§5.4.4", judges.not_expired),
    ),
)

SNAPSHOT = Workflow(
    type="snapshot",
    of_bytes=rows(
        ("tuf.snapshot.fetch", "§5.5.1", judges.place_answered),
        ("tuf.fetch.slow", "§5.5.1", judges.fast_enough),
        ("tuf.snapshot.fetch.length", "§5.5.1", judges.length_allowed),
        ("tuf.snapshot.hash", "§5.5.2", judges.hashes_match),
    ),
    of_content=rows(
        ("tuf.snapshot.signature.threshold", "§5.5.3", judges.threshold_reached),
        ("tuf.snapshot.version.match", "§5.5.4", judges.version_is_listed),
        ("tuf.snapshot.rollback.targets_version", "§5.5.5", judges.listed_versions_not_lower),
        ("tuf.snapshot.rollback.role_removed", "§5.5.5", judges.no_role_removed),
        ("tuf.equivocation", "§5.5.5", judges.same_as_seen),
        ("tuf.snapshot.freeze.expired", "§5.5.6", judges.not_expired),
    ),
)

TARGETS_LISTED = rows(("tuf.targets.not_in_snapshot", "§5.6.1", judges.listed_in_snapshot))

TARGETS = Workflow(
    type="targets",
    of_bytes=rows(
        ("tuf.targets.fetch", "§5.6.1", judges.place_answered),
        ("tuf.fetch.slow", "§5.6.1", judges.fast_enough),
        ("tuf.targets.fetch.length", "§5.6.1", judges.length_allowed),
        ("tuf.targets.hash", "§5.6.2", judges.hashes_match),
    ),
    of_content=rows(
        ("tuf.targets.signature.threshold", "§5.6.3", judges.threshold_reached),
        ("tuf.targets.version.match", "§5.6.4", judges.version_is_listed),
        ("tuf.equivocation", "§5.6.4", judges.same_as_seen),
        ("tuf.targets.freeze.expired", "§5.6.5", judges.not_expired),
    ),
    gives_keys=True,
)


def verify(
    question: Question,
    ask: Ask,
    paths: tuple[str, ...] = (),
    artifact: Document | Problem | None = None,
) -> Verification[Repository]:
    """What `verify tuf` covers (CHECKS.md): a refresh, then every delegated role that can be
    reached, or the lookup of each path. `artifact` is the file that belongs to the only path.
    """
    repository = yield from refresh(question, ask)
    for path in paths:
        lookup = yield from look_up(repository, path)
        if artifact is not None and lookup.target is not None:
            is_consistent = repository.root is not None and repository.root.consistent_snapshot
            yield from compare_file(lookup.target, artifact, is_consistent, lookup.chain.broken_by)
    if not paths:
        yield from walk(repository)
    yield from lint(repository)
    return repository


def refresh(question: Question, ask: Ask) -> Verification[Repository]:
    """A client's refresh of the top-level roles (§5.1 to §5.6.6)."""
    repository = Repository(question, ask)
    yield from _plan()
    yield from _update_root(repository)
    for update in (_update_timestamp, _update_snapshot, _update_targets):
        if repository.may_go_on:
            yield from update(repository)
    return repository


def _plan() -> Verification[None]:
    final = tuple(check.id for check, _ in FINAL_ROOT)
    yield Planned("root", "start", tuple(check.id for check, _ in START))
    yield Planned("root", "initial root", INITIAL_ROOT.ids)
    yield Planned("root", "final root", final)
    yield Planned("timestamp", "timestamp", TIMESTAMP.ids)
    yield Planned("snapshot", "snapshot", SNAPSHOT.ids)
    yield Planned("targets", "targets", (TARGETS_LISTED[0][0].id, *TARGETS.ids))


def _update_root(repository: Repository) -> Verification[None]:
    """§5.1 to §5.3: from the root that is trusted to the newest one."""
    question = repository.question
    chain = Chain("root", "start")
    case = Case("root", "root", chain, question.anchor.document, question.limits.root_bytes,
                question.valid_at, question.limits, context={"origin": question.anchor.origin})  # fmt: skip
    for check, judge in START:
        yield chain.judge(check, judge, case)
    chain.on = "initial root"
    root = yield from examine(case, INITIAL_ROOT)
    repository.broken_by = chain.broken_by
    if root is None:
        return
    repository.root = root
    repository.roots.append(root)
    _trust(repository, "root", case)
    repository.is_signed = case.is_signed
    if not repository.may_go_on:
        return
    case = yield from _follow_roots(repository, chain)
    chain.on = f"final root v{quoted(repository.root.version)}"
    for check, judge in FINAL_ROOT:
        yield chain.judge(check, judge, case)
    repository.broken_by = chain.broken_by


def _follow_roots(repository: Repository, chain: Chain) -> Verification[Case]:
    """§5.3.2 to §5.3.9: one version after the other, until there is no next or one fails."""
    rotations = 0
    while True:
        root = repository.root
        assert root is not None
        case = _next_root(repository, root, chain)
        is_end = isinstance(case.answer, Problem) and case.answer.kind is ProblemKind.ABSENT
        if is_end or rotations >= case.limits.max_root_rotations:
            break
        rotations += 1
        yield Planned("root", chain.on, NEXT_ROOT.ids)
        troubles = chain.troubles
        new = yield from examine(case, NEXT_ROOT)
        if new is None or chain.troubles > troubles:
            break
        repository.root = new
        repository.roots.append(new)
        _trust(repository, "root", case)
    case.context = {
        "root": repository.root,
        "roots": repository.roots,
        "rotations": rotations,
        "dropped": _dropped(repository),
    }
    return case


def _next_root(repository: Repository, root: Metadata, chain: Chain) -> Case:
    limits = repository.question.limits
    version = root.version + 1
    chain.on = f"root v{quoted(version)}"
    return Case(
        "root",
        "root",
        chain,
        repository.ask(Request("root", version, limits.root_bytes, version)),
        limits.root_bytes,
        repository.question.valid_at,
        limits,
        signers=(Signer(root.role("root"), root),),
        context={"root": root},
        is_numbered=False,
    )


def _dropped(repository: Repository) -> list[str]:
    """§5.3.11: roles whose kept documents the keys of today did not sign."""
    return [
        name
        for name in ("timestamp", "snapshot")
        if name in repository.question.trusted and _kept(repository, name) is None
    ]


def _update_timestamp(repository: Repository) -> Verification[None]:
    """§5.4: which snapshot is the newest?"""
    limits = repository.question.limits
    answer = repository.ask(Request("timestamp", None, limits.timestamp_bytes))
    case = _case(repository, "timestamp", "timestamp", answer, limits.timestamp_bytes)
    timestamp = yield from examine(case, TIMESTAMP)
    repository.timestamp = timestamp
    kept = _kept(repository, "timestamp")
    if case.settled is not None and kept is not None:
        case.answer = kept.document
    _conclude(repository, "timestamp", case)


def _update_snapshot(repository: Repository) -> Verification[None]:
    """§5.5: which versions of all targets roles belong together?"""
    assert repository.timestamp is not None
    listed = repository.timestamp.meta("snapshot.json")
    limits = repository.question.limits
    kept = _kept(repository, "snapshot")
    answer = repository.read("snapshot", listed, limits.snapshot_bytes, kept)
    case = _case(repository, "snapshot", "snapshot", answer, limits.snapshot_bytes)
    case.listed = listed
    repository.snapshot = yield from examine(case, SNAPSHOT)
    _conclude(repository, "snapshot", case)


def _update_targets(repository: Repository) -> Verification[None]:
    """§5.6.1 to §5.6.6: the top of the tree of targets roles."""
    assert repository.snapshot is not None
    listed = repository.snapshot.meta("targets.json")
    limits = repository.question.limits
    missing = Problem("snapshot", ProblemKind.ABSENT, "snapshot does not list it")
    case = _case(repository, "targets", "targets", missing, limits.targets_bytes)
    case.listed = listed
    for check, judge in TARGETS_LISTED:
        yield case.chain.judge(check, judge, case)
    if listed is not None:
        kept = _kept(repository, "targets")
        case.answer = repository.read("targets", listed, limits.targets_bytes, kept)
        targets = yield from examine(case, TARGETS)
        if targets is not None:
            repository.roles["targets"] = targets
    _conclude(repository, "targets", case)


def _kept(repository: Repository, name: str) -> Kept | None:
    assert repository.root is not None
    signer = Signer(repository.root.role(name), repository.root)
    return repository.kept(name, signer, name)


def _case(
    repository: Repository, name: str, type_: str, answer: Document | Problem, max_bytes: int
) -> Case:
    """A case for a top-level role, whose signers root names."""
    root = repository.root
    assert root is not None
    kept = _kept(repository, name)
    return Case(
        name,
        type_,
        Chain(name, name, repository.broken_by),
        answer,
        max_bytes,
        repository.question.valid_at,
        repository.question.limits,
        signers=(Signer(root.role(name), root),),
        previous=None if kept is None else kept.metadata,
    )


def _conclude(repository: Repository, name: str, case: Case) -> None:
    repository.broken_by = case.chain.broken_by
    repository.is_signed = case.is_signed
    _trust(repository, name, case)


def _trust(repository: Repository, name: str, case: Case) -> None:
    """Only what rests on nothing broken may be kept by a client."""
    if case.chain.broken_by is None and isinstance(case.answer, Document):
        repository.trusted[name] = case.answer
