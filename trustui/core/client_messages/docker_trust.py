"""What Docker Content Trust says, whose server is Notary version 1."""

from trustui.core.client_messages.message import Cause, Client, Message

_NEVER = Cause(
    "The repository was never signed on this server, or another server is asked.",
    "Compare DOCKER_CONTENT_TRUST_SERVER with where the publisher signs, and the name letter by letter.",
    "Set the server; or have the publisher sign.",
)

CLIENT = Client(
    "Docker Content Trust",
    "Notary 0.7",
    ("DOCKER_CONTENT_TRUST", "notary", "trust data"),
    (
        Message(
            "does not have trust data for",
            (),
            "The Notary server knows nothing of this repository.",
            (_NEVER,),
        ),
        Message(
            "remote trust data does not exist",
            (),
            "The Notary server knows nothing of this repository.",
            (_NEVER,),
        ),
        Message(
            "could not rotate trust to a new trusted root",
            (),
            "The root that this client remembers does not vouch for the one that is served.",
            (
                Cause(
                    "The server's data was made anew, or another server answers under the old name.",
                    "Compare the fingerprint of the cached root with one that the publisher tells you.",
                    "Clear the cache only after the fingerprint of the new root was confirmed.",
                ),
            ),
        ),
        Message(
            "timestamp key trust data unavailable",
            (),
            "The server has no timestamp key for this repository.",
            (
                Cause(
                    "The repository was not initialised, or the server lost its keys.",
                    "Ask the server for the keys of the repository.",
                    "Initialise the repository, or restore the server's keys from a backup.",
                ),
            ),
        ),
    ),
)
