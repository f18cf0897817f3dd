"""A git repository of metadata: every form of every version that it had (docs/sources/git.md)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from urllib.parse import quote

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.crawl.past import Publication, as_served, trusted_after
from trustui.crawl.roots import refusal
from trustui.crawl.source import Options, Seen, SourceKind
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.forms import (
    Form,
    Forms,
    first_parents,
    max_bytes_of,
    read_blob,
)
from trustui.crawl.sources.git.layouts import find_layout
from trustui.crawl.sources.git.objects import Objects
from trustui.crawl.sources.git.repository import (
    find_repository,
    is_repository,
    shallow_commits,
    tip_of,
)


class GitRepository:
    """A local clone or bare repository at LOCATION, along the first parents of one branch.

    A commit is a publication, at the committer's time. With an instant, the place answers with the
    forms of then. The branch is read at the first question, and once.
    """

    def __init__(self, location: str, options: Options) -> None:
        self.location = location
        self._options = options
        self._objects: Objects | None = None

    def ask(self, request: Request) -> Document | Problem:
        """The last form of the version asked for or listed; of a role without either, the newest."""
        version = request.version if request.version is not None else request.wanted_version
        if version is not None:
            return self._read(request.role, version, request.max_length)
        forms = self._of_role(request.role)
        if not forms:
            return self._absent(request.role)
        return self._document(forms[-1], request.max_length)

    def first_root(self) -> Document | Problem:
        """The root of the lowest number that the branch ever had."""
        versions = [form.version for form in self._of_role("root") if form.version is not None]
        if not versions:
            return self._absent("root")
        return self._read("root", min(versions), TufLimits().root_bytes)

    def trusted_before(self) -> Mapping[str, Document]:
        """The highest timestamp before the newest one, and what it led to."""
        earlier = (form.version for form in self._of_role("timestamp")[:-1])
        highest = max(filter(None, earlier), default=None)
        return trusted_after(highest, self.version)

    def versions(self) -> Iterator[tuple[str, Document]]:
        """Every form of every version that exists at the instant, by role and number."""
        told: set[tuple[str, int | None, bytes]] = set()
        for form in sorted(self._existing, key=lambda form: (form.role, form.version or 0)):
            document = self._document(form, max_bytes_of(form.role))
            key = form.role, form.version, form.entry.object
            if isinstance(document, Document) and key not in told:
                told.add(key)
                yield form.role, document

    def past(self) -> Iterator[Seen | Problem]:
        """Every form in the order of the branch, as it was served then."""
        if isinstance(self._forms, Problem):
            yield self._forms
        publications = (
            Publication(
                form.role, form.version, self._document(form, max_bytes_of(form.role)), form.at
            )
            for form in self._existing
        )
        yield from as_served(publications, KIND.name)

    def version(self, role: str, version: int) -> Document | Problem:
        """The last form of a version by its number."""
        return self._read(role, version, TufLimits().targets_bytes)

    def close(self) -> None:
        """Close the files of the repository."""
        if self._objects is not None:
            self._objects.close()

    def _read(self, role: str, version: int, max_length: int) -> Document | Problem:
        forms = [form for form in self._of_role(role) if form.version == version]
        return self._document(forms[-1], max_length) if forms else self._absent(role, version)

    def _document(self, form: Form, max_length: int) -> Document | Problem:
        location = f"{self.location}@{form.file}"
        try:
            assert self._objects is not None
            body = read_blob(self._objects, form.entry, max_length)
        except GitError as error:
            return Problem(location, error.kind, error.because)
        return Document(location, body, seen_at=form.at)

    def _absent(self, role: str, version: int | None = None) -> Problem:
        """Why there is no such document: nothing can be read, it came later, or it never was."""
        if isinstance(self._forms, Problem):
            return self._forms
        name = f"{'' if version is None else f'{version}.'}{role}.json"
        location = f"{self.location}/{quote(name, safe='', errors='surrogatepass')}"
        later = [
            form.at
            for form in self._forms
            if form.role == role and version in {None, form.version} and form.at is not None
        ]
        if later:
            because = f"it was published later, {write_instant(min(later))}"
        else:
            because = f"no commit of the branch has this version of {visible(role)}"
        return Problem(location, ProblemKind.ABSENT, because)

    def _of_role(self, role: str) -> list[Form]:
        return self._by_role.get(role, [])

    def _exists(self, at: datetime | None) -> bool:
        return self._options.at is None or at is None or at <= self._options.at

    @cached_property
    def _by_role(self) -> dict[str, list[Form]]:
        by_role: dict[str, list[Form]] = {}
        for form in self._existing:
            by_role.setdefault(form.role, []).append(form)
        return by_role

    @cached_property
    def _existing(self) -> list[Form]:
        """The forms of the instant, in the order of the branch."""
        forms = [] if isinstance(self._forms, Problem) else self._forms
        return [form for form in forms if self._exists(form.at)]

    @cached_property
    def _forms(self) -> list[Form] | Problem:
        refused = refusal(self.location, self._options.local_roots)
        if refused is not None:
            return refused
        try:
            folder = find_repository(self.location)
            tip = tip_of(folder, self._options.branch)
            self._objects = Objects(folder / "objects")
            commits = first_parents(self._objects, tip, shallow_commits(folder))
            layout = find_layout(self._objects, commits[-1].tree, self._options.folder)
            return list(Forms(self._objects, layout).read(commits))
        except GitError as error:
            return Problem(self.location, error.kind, error.because)


KIND = SourceKind("git", "git repository", is_repository, GitRepository)
