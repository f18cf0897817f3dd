"""A registry: the list of its repositories, and each of them by its name."""

import msgspec

from trustui.core.facts import Problem
from trustui.core.oci.references import is_repository
from trustui.crawl.fetch import Reply
from trustui.crawl.image_source import ImageOptions, Listing, Referrers
from trustui.crawl.sources.oci_registry.conversation import Conversation, Question
from trustui.crawl.sources.oci_registry.location import parse_location
from trustui.crawl.sources.oci_registry.pages import MAX_PAGE, Names
from trustui.crawl.sources.oci_registry.repository import OciRepository

CATALOGUE = "registry:catalog:*"
"""The scope of the list of repositories (distribution project, "Token Scope")."""


class OciRegistry:
    """Raises ValueError for a location that names none. For one thread at a time."""

    def __init__(self, location: str, options: ImageOptions) -> None:
        where = parse_location(location)
        self.location = location
        self.host = where.host
        self._without_referrers = options.without_referrers
        self._conversation = Conversation(where, options)

    def repositories(self) -> Listing | Problem:
        """The catalogue. It is no part of the specification: many registries keep none, or keep it
        from people who may read every repository by its name.
        """

        def ask(query: str) -> Reply | Problem:
            question = Question(f"/v2/_catalog?{query}", MAX_PAGE, "application/json")
            return self._conversation.ask(question, CATALOGUE)

        listing = Names("repositories", is_repository, ask).collect()
        if isinstance(listing, Listing):
            return listing
        because = f"its list of repositories cannot be had, name them instead: {listing.because}"
        return msgspec.structs.replace(listing, because=because)

    def open(self, name: str, referrers: Referrers = Referrers.UNKNOWN) -> OciRepository:
        """One repository; nobody is asked."""
        without = self._without_referrers
        return OciRepository(self._conversation, name, referrers, without_referrers=without)

    def requests(self) -> tuple[int, int]:
        """Of the door, which may serve others of the same account."""
        return self._conversation.requests

    def notices(self) -> tuple[str, ...]:
        """Its warnings, and how many requests are left."""
        return self._conversation.notices

    def close(self) -> None:
        """Close the connections, where they are its own."""
        self._conversation.close()
