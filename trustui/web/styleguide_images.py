"""What `/styleguide/` shows of images and policies, made of invented values."""

from datetime import datetime, timedelta

from trustui.core.oci.places import Place, PlaceAnswer, PlaceState
from trustui.pages.components import Labelled
from trustui.pages.images.answer import AttributeLine, Nearest, PlaceLine, place_lines
from trustui.pages.images.coverage import Covered
from trustui.pages.images.revocation import PlaceLine as AuthorityLine
from trustui.pages.images.revocation import RevocationPage, Told
from trustui.pages.images.rules import ExpectationLine, LintLine, RequirementLine, RuleLine
from trustui.pages.images.shares import STEP, Column, OverTime, Piece, Share
from trustui.pages.images.statements import ActionLine, IdentityLine, StatementLine, StoreLine
from trustui.pages.images.windows import WindowLine

DIGEST = "5e1b8a4c07d2f3961e5a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708a04c"
HOSTILE = "<script>alert(1)</script> \u202egnp.exe \x1b[31m \"' &amp;"
_SUBJECT = "CN=release signing,O=Example,C=NL"
_SHARE = Share(8, 5, 4, 1)
_COVERED = Covered("registry.example/team/app", "#policies-head", _SHARE)


def image_components(now: datetime) -> dict[str, object]:
    """Each by its name in the template."""
    return {
        "nearest": _nearest(),
        "identity_missed": _identity_missed(),
        "places": _places(),
        "shares": _shares(now),
        "lints": _lints(),
        "rules": _rules(),
        "statements": (_statement(now),),
        "authorities": _authorities(now),
    }


def _nearest() -> Nearest:
    return Nearest(
        "signature sha256:5e1b8a4c07d2 (bundle, referrers interface)", "bundle.identity",
        "somebody else signed than was expected", "ci@example.org", HOSTILE,
        "the subject is another", "ci@fork.example", "https://issuer.example", 14, 4,
    )  # fmt: skip


def _identity_missed() -> Nearest:
    return Nearest(
        "signature sha256:5e1b8a4c07d2 (notation, referrers interface)", "notation.identity",
        "the signer is none of the trusted identities", "", "", "", _SUBJECT, "", 9, 4,
        wanted="x509.subject: C=NL, O=Example, OU=Release",
        attributes=(
            AttributeLine("O", "Example", "Example", is_met=True),
            AttributeLine("OU", "Release", "", is_met=False),
            AttributeLine("CN", "", HOSTILE, is_met=True),
        ),
    )  # fmt: skip


def _places() -> tuple[PlaceLine, ...]:
    kinds = list(Place)
    return place_lines(
        tuple(
            PlaceAnswer(
                kinds[number % len(kinds)], f"sha256-{DIGEST}.sig", state, f"as it is {HOSTILE}", number
            )
            for number, state in enumerate(PlaceState)
        )
    )  # fmt: skip


def _shares(now: datetime) -> OverTime:
    pieces = (
        Piece("ok", "40.0", "40.0"),
        Piece("bad", "30.0", "10.0"),
        Piece("none", "0.0", "30.0"),
    )
    columns = tuple(
        Column(now - timedelta(days=9 - number), number * STEP, _SHARE, pieces)
        for number in range(10)
    )
    return OverTime(columns, f"8 tags now: {_SHARE.words}", 10 * STEP)


def _lints() -> tuple[LintLine, ...]:
    return (
        LintLine("notation.lint.example", "Revoked certificates pass", "revocation is only logged", has_help=False),
        LintLine("notation.lint.example", "A store twice", f"{HOSTILE} is named twice", has_help=False, sign="none"),
    )  # fmt: skip


def _rules() -> tuple[RuleLine, ...]:
    demands = (Labelled("trusted root", "trusted_root.json"), Labelled("log entry", "demanded"))
    signer = ExpectationLine("ci@example.org of https://issuer.example", "a signature", demands)
    return (
        RuleLine(
            ("registry.example/team/*",),
            (RequirementLine("this signer", (signer,)),),
            (_COVERED,),
            3,
        ),
    )


def _statement(now: datetime) -> StatementLine:
    root = WindowLine(
        "certificate", "CN=code signing root,O=Example,C=NL",
        now - timedelta(days=700), now + timedelta(days=2_500), DIGEST,
    )  # fmt: skip
    return StatementLine(
        name="release",
        level="permissive",
        meaning="who signed is enforced, when is only logged",
        actions=(
            ActionLine("integrity", "ok", "enforced", is_overridden=False),
            ActionLine("revocation", "soon", "only logged", is_overridden=True),
            ActionLine("expiry", "none", "skipped", is_overridden=False),
        ),
        verify_timestamp="only once a certificate of the signer has ended",
        scopes=("registry.example/team/app", "*"),
        more_scopes=2,
        stores=(
            StoreLine("ca:example", 1, "#policies-head", "", (root,), 0, ()),
            StoreLine("tsa:example", None, "", "it was not given", (), 0, ()),
        ),
        identities=(IdentityLine("x509.subject: C=NL, O=Example", "whatever else it says"),),
        more_identities=0,
        lints=_lints(),
        covers=(_COVERED,),
        more=0,
    )


def _authorities(now: datetime) -> RevocationPage:
    lines = (
        _authority("nobody may be asked", "unknown", now, refused="the host is not among those that may be asked", advice="Have an administrator of this installation add it."),
        _authority("the newest look failed", "soon", now, told=True, looked_at=now - timedelta(hours=2), failures=3, because=f"it answered {HOSTILE}"),
        _authority("known", "ok", now, told=True, looked_at=now - timedelta(minutes=4)),
    )  # fmt: skip
    return RevocationPage("unknown", "", "", 1, lines, None)


def _authority(
    state: str,
    sign: str,
    now: datetime,
    *,
    told: bool = False,
    looked_at: datetime | None = None,
    failures: int = 0,
    refused: str = "",
    because: str = "",
    advice: str = "",
) -> AuthorityLine:
    hour = timedelta(hours=1)
    return AuthorityLine(
        place_id=1,
        address="http://crl.example/code-signing.crl",
        host="crl.example",
        kind="list",
        issuer="CN=code signing root,O=Example,C=NL",
        certificate=_SUBJECT,
        certificates=2,
        repository="registry.example/team/app",
        repository_href="#policies-head",
        repositories=3,
        sign=sign,
        state=state,
        told=Told(now - hour, now - hour, now + 20 * hour, "") if told else None,
        refused=refused,
        first_asked_at=now - 400 * hour,
        looked_at=looked_at,
        due_at=None if refused else now + hour,
        failures=failures,
        because=because,
        advice=advice,
    )
