"""What registries say through any client: distribution specification 1.1, "Error Codes"."""

from trustui.core.client_messages.message import Cause, Client, Message

_CREDENTIALS = (
    Cause(
        "The verifier has other credentials than what pulls the image, or none.",
        "Verify the image here with the verifier's credentials: the place that refuses is named.",
        "Give the verifier a login of its own that may pull.",
        "registry.resolve",
    ),
    Cause(
        "The token was given for a narrower scope than was asked for.",
        "Compare the scope of the challenge with the rights of the login.",
        "Grant pull on this repository, and on the one that holds its signatures.",
        "registry.find",
    ),
)
_LIMITED = (
    Cause(
        "The quota of pulls or requests is used up, often shared by everybody behind one address.",
        "Look at the limits that the registry tells beside its answers.",
        "Log in, ask by HEAD first, keep content by digest, and wait as long as Retry-After says.",
        "registry.find",
    ),
)

CLIENT = Client(
    "registry",
    "distribution 1.1",
    (),
    (
        Message(
            "UNAUTHORIZED",
            ("registry.resolve", "registry.find"),
            "The registry does not know who asks, or does not let them.",
            _CREDENTIALS,
        ),
        Message(
            "status code 401",
            ("registry.resolve", "registry.find"),
            "The registry does not know who asks, or does not let them.",
            _CREDENTIALS,
        ),
        Message(
            "TOOMANYREQUESTS",
            ("registry.find", "registry.resolve"),
            "The registry refuses because too much was asked of it.",
            _LIMITED,
        ),
        Message(
            "toomanyrequests",
            ("registry.find", "registry.resolve"),
            "The registry refuses because too much was asked of it.",
            _LIMITED,
        ),
        Message(
            "http: server gave HTTP response to HTTPS client",
            ("registry.resolve",),
            "The registry answers without TLS, and the client insists on it.",
            (
                Cause(
                    "It is a registry for tests, or a proxy in front of it ends TLS.",
                    "Ask the address with and without TLS.",
                    "Serve it with TLS; else allow plain HTTP for this host only.",
                    "registry.resolve",
                ),
            ),
        ),
        Message(
            "configured as immutable",
            (),
            "A tag that must be written again for a new signature may not be.",
            (
                Cause(
                    "The registry forbids moving tags, and the tags `sha256-….sig` or `sha256-…` hold a "
                    "list that grows with each signature.",
                    "Look at the rules for immutable tags of the repository.",
                    "Leave `sha256-*` out of them, or use a registry with the referrers interface.",
                ),
            ),
        ),
    ),
)
