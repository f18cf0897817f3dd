// Signs statements about images with the mock of a Sigstore that sigstore-js tests itself with, and
// attaches them as its registry client does.
//
// Arguments: the folder that has node_modules/@sigstore. Standard input: one JSON object {image, email,
// issuer, signatures: [{digest, statement, entry, stamped}]}; `image` is HOST/NAME, `digest` that of the
// image to which the bundle is attached. Standard output: {trustedRoot, bundles}.

import crypto from "node:crypto";
import { createRequire } from "node:module";
import http from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";

const from = createRequire(path.join(process.argv[2], "package.json"));
const mock = from("@sigstore/mock");
const { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } = from("@sigstore/sign");
const { bundleToJSON } = from("@sigstore/bundle");
const { attachArtifactToImage } = from("@sigstore/oci");

const asked = JSON.parse(await text(process.stdin));
const keyPair = () => crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
const sha256 = (bytes) => crypto.createHash("sha256").update(bytes);
const base64 = (bytes) => Buffer.from(bytes.buffer ?? bytes, bytes.byteOffset, bytes.byteLength).toString("base64");

const ctlog = await mock.initializeCTLog(keyPair());
const ca = await mock.initializeCA(keyPair(), ctlog);
const tlog = await mock.initializeTLog("https://rekor.mock.example", keyPair());
const tsa = await mock.initializeTSA(keyPair());

// A Rekor keeps of a proposed entry what it is about; the mock keeps the proposal as it came.
function kept(proposed) {
  if (proposed.kind !== "dsse") return proposed;
  const envelope = JSON.parse(proposed.spec.proposedContent.envelope);
  const [verifier] = proposed.spec.proposedContent.verifiers;
  const pem = new crypto.X509Certificate(Buffer.from(verifier, "base64")).toString();
  const hashOf = (bytes) => ({ algorithm: "sha256", value: sha256(bytes).digest("hex") });
  return {
    ...proposed,
    spec: {
      envelopeHash: hashOf(proposed.spec.proposedContent.envelope),
      payloadHash: hashOf(Buffer.from(envelope.payload, "base64")),
      signatures: envelope.signatures.map(({ sig }) => ({
        signature: sig,
        verifier: Buffer.from(pem).toString("base64"),
      })),
    },
  };
}

const rekor = mock.rekorHandler(tlog);
const handlers = [
  mock.fulcioHandler(ca, { subjectClaim: "email" }),
  mock.tsaHandler(tsa),
  { path: rekor.path, fn: (body) => rekor.fn(JSON.stringify(kept(JSON.parse(body)))) },
];
const server = http.createServer(async (request, response) => {
  const handler = handlers.find(({ path }) => path === request.url);
  const answer = handler ? await handler.fn(await text(request)) : { statusCode: 404, response: "" };
  response.writeHead(answer.statusCode, { "Content-Type": answer.contentType ?? "text/plain" });
  response.end(typeof answer.response === "string" ? answer.response : Buffer.from(answer.response));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}`;

const claims = {
  aud: "sigstore",
  iss: asked.issuer,
  sub: asked.email,
  email: asked.email,
  email_verified: true,
  exp: Math.floor(Date.now() / 1000) + 600,
};
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = `${part({ alg: "none" })}.${part(claims)}.`;

const bundles = [];
for (const one of asked.signatures) {
  const signer = new FulcioSigner({ fulcioBaseURL: url, identityProvider: { getToken: async () => token } });
  const witnesses = [new RekorWitness({ rekorBaseURL: url, entryType: one.entry })];
  if (one.stamped) witnesses.push(new TSAWitness({ tsaBaseURL: url }));
  const builder = new DSSEBundleBuilder({ signer, witnesses });
  const data = Buffer.from(JSON.stringify(one.statement));
  const bundle = bundleToJSON(await builder.create({ data, type: "application/vnd.in-toto+json" }));
  await attachArtifactToImage({
    artifact: Buffer.from(JSON.stringify(bundle)),
    mediaType: bundle.mediaType,
    imageName: asked.image,
    imageDigest: one.digest,
    annotations: {},
  });
  bundles.push(bundle);
}
server.close();

const validFor = { start: new Date(Date.now() - 3600_000).toISOString() };
const chain = (...certificates) => ({ certificates: certificates.map((one) => ({ rawBytes: base64(one) })) });
const log = (baseUrl, publicKey) => ({
  baseUrl,
  hashAlgorithm: "SHA2_256",
  publicKey: { rawBytes: base64(publicKey), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor },
  logId: { keyId: sha256(publicKey).digest("base64") },
});
const trustedRoot = {
  mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  tlogs: [log("https://rekor.mock.example", tlog.publicKey)],
  certificateAuthorities: [{ uri: "https://fulcio.mock.example", certChain: chain(ca.rootCertificate), validFor }],
  ctlogs: [log("https://ct.mock.example", ctlog.publicKey)],
  timestampAuthorities: [
    { uri: "https://tsa.mock.example", certChain: chain(tsa.intCertificate, tsa.rootCertificate), validFor },
  ],
};
process.stdout.write(JSON.stringify({ trustedRoot, bundles }));
