"""The site's static files, looked for once a run: each of Django's test clients would look again."""

from collections.abc import Iterator

import pytest
from whitenoise.middleware import WhiteNoiseMiddleware


def looked_for_once() -> Iterator[None]:
    """Let the middlewares that serve them share what the first one found, as long as this runs."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[object, dict[str, object]] = {}

    def add_files_from_finders(self: WhiteNoiseMiddleware) -> None:
        settings = self.static_prefix, self.max_age, self.charset, self.allow_all_origins
        if settings not in found:
            before = set(self.files)
            look(self)
            found[settings] = {url: self.files[url] for url in self.files.keys() - before}
        self.files.update(found[settings])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files_from_finders)
        yield
