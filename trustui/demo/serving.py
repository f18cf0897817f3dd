"""A folder that changes as a server's would: what is published appears, what is withdrawn goes."""

import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from trustui.demo.layout import write_files

NOTICED_AFTER = timedelta(minutes=4)
"""From a publication until the next look at its place."""


class Serving:
    """One repository's folder, as its server has it from day to day.

    `states` are its files since each instant (UTC), in order; those before `watched_from` are served
    at once, and whatever stood in the folder is removed.
    """

    def __init__(
        self,
        states: Iterable[tuple[datetime, Mapping[str, bytes]]],
        folder: Path,
        watched_from: datetime,
    ) -> None:
        self._folder = folder
        self._states = list(states)
        self._served: Mapping[str, bytes] = {}
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.turn_to(watched_from)

    @property
    def next_look(self) -> datetime | None:
        """When somebody sees what is published next; None after the last."""
        return self._states[0][0] + NOTICED_AFTER if self._states else None

    def turn_to(self, at: datetime) -> None:
        """Serve what was published by then."""
        while self._states and self._states[0][0] <= at:
            since, files = self._states.pop(0)
            self._put(files, since)

    def _put(self, files: Mapping[str, bytes], since: datetime) -> None:
        for name in self._served.keys() - files.keys():
            (self._folder / name).unlink()
        new = {name: body for name, body in files.items() if self._served.get(name) != body}
        write_files(new, self._folder, dict.fromkeys(new, since))
        self._served = files
