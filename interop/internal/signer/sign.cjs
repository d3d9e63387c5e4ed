// Signs the requests on standard input as the carrier would, with the npm
// package twilio. One JSON object a line in, one a line out, in order.
// Parameters arrive as pairs; a repeated name becomes an array, which is what
// Express's body parser makes of it.
"use strict";
const { readFileSync } = require("node:fs");
const { getExpectedBodyHash, getExpectedTwilioSignature } = require("twilio/lib/webhooks/webhooks");

function gather(pairs) {
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  const params = Object.create(null);
  for (const [name, all] of values) params[name] = all.length === 1 ? all[0] : all;
  return params;
}

const out = [];
for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const job = JSON.parse(line);
  let url = job.url;
  if (job.hashed !== null) url = url.replaceAll("{hash}", getExpectedBodyHash(job.hashed));
  const signature = getExpectedTwilioSignature(job.token, url, gather(job.params));
  out.push(JSON.stringify({ url, signature }) + "\n");
}
process.stdout.write(out.join(""));
