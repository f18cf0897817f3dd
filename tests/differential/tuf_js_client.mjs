// tuf-js's Updater over many scenarios.
//
// Arguments: the folder that has node_modules/tuf-js, and the instant (ISO 8601) that its clock
// is to show. Standard input: one JSON object a line: {dir, path, visits: [base URL, ...]}; `dir`
// holds root.json, the pinned root. Standard output: for each line the list of its answers:
// [{refreshed, found, error, kept: {role: base64}}, ...].

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const [peer, instant] = process.argv.slice(2);
const { Updater } = createRequire(path.join(peer, "package.json"))("tuf-js");

const standing = Date.parse(instant);
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length ? given : [standing]));
  }
  static now() {
    return standing;
  }
};

const CONFIG = { maxRootRotations: 3, fetchRetry: false };
const ROLES = ["root", "timestamp", "snapshot", "targets"];

function kept(dir, accepted) {
  if (!accepted) return {}; // root.json is only the root that was handed over
  const files = ROLES.map((role) => [role, path.join(dir, `${role}.json`)]);
  const there = files.filter(([, file]) => fs.existsSync(file));
  return Object.fromEntries(there.map(([role, file]) => [role, fs.readFileSync(file, "base64")]));
}

function words(error) {
  const causes = [];
  for (let one = error; one; one = one.cause) causes.push(`${one.name}: ${one.message}`);
  return causes.join(" <- ");
}

async function visit(dir, metadataBaseUrl, target) {
  const answer = { refreshed: false, found: null, error: "" };
  let accepted = false;
  try {
    const updater = new Updater({ metadataDir: dir, metadataBaseUrl, config: CONFIG });
    accepted = true;
    await updater.refresh();
    answer.refreshed = true;
    const info = await updater.getTargetInfo(target);
    answer.found = info ? info.hashes : null;
  } catch (error) {
    answer.error = words(error);
  }
  return { ...answer, kept: kept(dir, accepted) };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const scenario = JSON.parse(line);
  const answers = [];
  for (const url of scenario.visits) answers.push(await visit(scenario.dir, url, scenario.path));
  console.log(JSON.stringify(answers));
}
