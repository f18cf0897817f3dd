"""A small policy in each language, for whoever has none yet to begin from."""

from collections.abc import Mapping

EXAMPLES: Mapping[str, str] = {
    "expectations": """{"version": 1, "policies": [
  {"repositories": ["registry.example/team/*"],
   "require": [{"of": [
     {"identity": "https://git.example/team/app/.ci/release.yml@refs/heads/main",
      "issuer": "https://token.example",
      "trusted_root": "trusted_root.json"}]}]}]}""",
    "notation": """{"version": "1.0", "trustPolicies": [
  {"name": "releases",
   "registryScopes": ["registry.example/team/app"],
   "signatureVerification": {"level": "strict"},
   "trustStores": ["ca:team"],
   "trustedIdentities": ["x509.subject: C=NL, ST=Zuid-Holland, O=Team, CN=release signing"]}]}""",
}
"""By the name of the language."""
