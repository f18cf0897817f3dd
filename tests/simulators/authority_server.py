"""An authority that tells over http what it revoked: responders by GET and POST, lists by GET."""

from tests.simulators.fault_server import Behaviour, FaultServer, Request, answer
from tests.simulators.revoking import told_by

OCSP_PATH, CRL_PATH, DELTA_PATH = "/ocsp", "/base.crl", "/delta.crl"


class AuthorityServer(FaultServer):
    """What is below `/ocsp`, as a GET writes it, is answered as `/ocsp` itself, unless `by_get` says how."""

    by_get: Behaviour | None = None

    def tells(self, path: str, body: bytes) -> None:
        """From now on this is the answer there."""
        self.on(path, answer(200, body))

    def otherwise(self, request: Request) -> Behaviour:
        """A question that stands in the address is answered as one that was posted."""
        if request.path.startswith(f"{OCSP_PATH}/") and OCSP_PATH in self._behaviours:
            return self.by_get or self._behaviours[OCSP_PATH][-1]
        return answer(404)

    def places(
        self, *, responder: bool = False, listed: bool = False
    ) -> tuple[tuple[str, bytes, bool], ...]:
        """The extensions of a certificate whose revocation is told here."""
        return told_by(
            responders=(self.url(OCSP_PATH),) if responder else (),
            lists=(self.url(CRL_PATH),) if listed else (),
        )
