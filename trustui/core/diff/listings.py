"""What documents list: targets with their hashes, and metadata files with their versions (§4.4)."""

from collections.abc import Iterator

from trustui.core.diff.change import Change, ChangeKind, Effect, as_text, changed_members
from trustui.core.formats.tuf.metadata import Metadata, Object
from trustui.core.primitives.digests import ALGORITHMS, WEAK

_TARGET = frozenset({"length", "hashes", "custom"})
_FILE = frozenset({"version", "length", "hashes"})
_STRONG = ALGORITHMS - WEAK


def changed_targets(old: Metadata, new: Metadata) -> Iterator[Change]:
    """Targets added, removed and changed.

    Who may sign stays the same, and so does trust, unless only hashes are left that bind nothing.
    """
    before, after = old.signed["targets"], new.signed["targets"]
    for path, entry in after.items():
        if path not in before:
            yield Change(
                ChangeKind.TARGET_ADDED,
                path,
                None,
                _file_in_words(entry),
                Effect.NEUTRAL,
                "one more file is vouched for; who may sign does not change",
            )
        elif before[path] != entry:
            yield from _changed_target(path, before[path], entry)
    for path, entry in before.items():
        if path not in after:
            yield Change(
                ChangeKind.TARGET_REMOVED,
                path,
                _file_in_words(entry),
                None,
                Effect.NEUTRAL,
                "clients find this file here no longer; who may sign does not change",
            )


def _changed_target(path: str, old: Object, new: Object) -> Iterator[Change]:
    before, after = _file_in_words(old), _file_in_words(new)
    if before != after:
        is_weaker = bool(_STRONG & set(old["hashes"])) and not _STRONG & set(new["hashes"])
        yield Change(
            ChangeKind.TARGET_CHANGED,
            path,
            before,
            after,
            Effect.WIDENS if is_weaker else Effect.NEUTRAL,
            "only weak hashes are left, which other files can be made for"
            if is_weaker
            else "other bytes are vouched for under the same path",
        )
    if as_text(old, "custom") != as_text(new, "custom"):
        yield Change(
            ChangeKind.TARGET_CUSTOM,
            path,
            as_text(old, "custom"),
            as_text(new, "custom"),
            Effect.NEUTRAL,
            "what is said about the file changed, not the file",
        )
    yield from changed_members(path, old, new, _TARGET)


def changed_files(old: Metadata, new: Metadata) -> Iterator[Change]:
    """What timestamp or snapshot lists."""
    before, after = old.signed["meta"], new.signed["meta"]
    for name, entry in after.items():
        if name not in before:
            yield Change(
                ChangeKind.FILE_ADDED,
                name,
                None,
                _file_in_words(entry),
                Effect.NEUTRAL,
                "its versions are pinned from now on",
            )
        elif before[name] != entry:
            yield from _changed_file(name, before[name], entry)
    for name, entry in before.items():
        if name not in after:
            yield Change(
                ChangeKind.FILE_REMOVED,
                name,
                _file_in_words(entry),
                None,
                Effect.NARROWS,
                "the role cannot be verified any more; clients that saw it before refuse (§5.5.5)",
            )


def _changed_file(name: str, old: Object, new: Object) -> Iterator[Change]:
    if old["version"] != new["version"]:
        yield _changed_version(name, old["version"], new["version"])
    yield from _changed_binding(name, old, new)
    yield from changed_members(name, old, new, _FILE)


def _changed_version(name: str, old: int, new: int) -> Change:
    if new < old:
        return Change(
            ChangeKind.FILE_ROLLBACK,
            name,
            f"v{old}",
            f"v{new}",
            Effect.WIDENS,
            "an older document is valid again: a rollback, which clients that saw the newer refuse",
        )
    return Change(
        ChangeKind.FILE_VERSION,
        name,
        f"v{old}",
        f"v{new}",
        Effect.NEUTRAL,
        "a newer version takes its place",
    )


def _changed_binding(name: str, old: Object, new: Object) -> Iterator[Change]:
    """Other hashes come with another version; here it counts whether there are any."""
    had, has = bool(old.get("hashes")), bool(new.get("hashes"))
    before, after = _file_in_words(old), _file_in_words(new)
    if had and not has:
        effect = Effect.WIDENS
        reason = "the bytes are not pinned any more, only the number of the version"
    elif has and not had:
        effect, reason = Effect.NARROWS, "the exact bytes are pinned from now on"
    elif old["version"] == new["version"] and before != after:
        effect = Effect.WIDENS
        reason = (
            "other bytes are vouched for under the same version: clients cannot tell which is newer"
        )
    else:
        return
    yield Change(ChangeKind.FILE_BINDING, name, before, after, effect, reason)


def _file_in_words(entry: Object) -> str:
    """Version, length and hashes, as far as they are stated."""
    version = f"v{entry['version']}" if "version" in entry else ""
    length = f"{entry['length']:,} bytes" if entry.get("length") is not None else ""
    hashes = [f"{name}:{value}" for name, value in sorted((entry.get("hashes") or {}).items())]
    return ", ".join(part for part in (version, length, *hashes) if part)
