// Receives the requests on standard input with Express, and says what an application gives
// to the validator of the npm package twilio. One JSON object a line in, one a line out, in
// order. The way of "way" is the function of that name below. TLS ends at a proxy, which
// says so in X-Forwarded-Proto and -Host.
"use strict";
const { readFileSync } = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const url = require("node:url");
const express = require("express");
const { getExpectedBodyHash, getExpectedTwilioSignature } = require("twilio/lib/webhooks/webhooks");

const form = express.urlencoded({ extended: false });
const host = (req) => req.get("X-Forwarded-Host") ?? req.get("Host");
const right = (req) => req.protocol + "://" + host(req) + req.originalUrl;
const each = (body, change) => Object.fromEntries(Object.entries(body).map(([k, v]) => [k, change(v)]));

// What the application sets up, and what it gives to the validator.
const ways = {
  express_right: (app) => app.use(form) && ((req) => ({ url: right(req), params: req.body })),
  express_without_trust: (app) => app.set("trust proxy", false).use(form) && ((req) => ({ url: right(req), params: req.body })),
  express_own_host: (app) => app.use(form) && ((req) => ({ url: req.protocol + "://" + req.get("Host") + req.originalUrl, params: req.body })),
  express_hostname: (app) => app.use(form) && ((req) => ({ url: req.protocol + "://" + req.hostname + req.originalUrl, params: req.body })),
  express_mounted: (app) => app.use(form) && ((req) => ({ url: req.protocol + "://" + host(req) + req.url, params: req.body })),
  express_format: (app) =>
    app.use(form) && ((req) => ({ url: url.format({ protocol: req.protocol, host: host(req), pathname: req.originalUrl }), params: req.body })),
  express_parsed: (app) => app.use(form) && ((req) => ({ url: new URL(right(req)).toString(), params: req.body })),
  express_merged: (app) => app.use(form) && ((req) => ({ url: right(req), params: { ...req.query, ...req.body } })),
  express_trimmed: (app) => app.use(form) && ((req) => ({ url: right(req), params: each(req.body, (v) => v.trim()) })),
  express_compacted: (app) =>
    app.use(form) && ((req) => ({ url: right(req), params: Object.fromEntries(Object.entries(req.body).filter(([, v]) => v)) })),
  express_last: (app) => app.use(form) && ((req) => ({ url: right(req), params: each(req.body, (v) => [v].flat().at(-1)) })),
  express_joined: (app) => app.use(form) && ((req) => ({ url: right(req), params: each(req.body, String) })),
  express_json: (app) => app.use(express.json()) && ((req) => ({ url: right(req), body: JSON.stringify(req.body) })),
  express_raw: (app) => app.use(express.raw({ type: "application/json" })) && ((req) => ({ url: right(req), body: req.body.toString() })),
};

// send has one application receive one request.
function send(job) {
  return new Promise((resolve, reject) => {
    const app = express().set("trust proxy", true);
    const see = ways[job.way](app);
    app.use(job.mount || "/", (req, res) => {
      resolve(see(req));
      res.end();
    });
    const server = http.createServer(app).listen(0, "127.0.0.1", () => {
      const socket = net.connect(server.address().port, "127.0.0.1");
      const headers = [...job.headers, ["Content-Length", Buffer.byteLength(job.body)], ["Connection", "close"]];
      socket.end(`${job.method} ${job.mount}${job.target} HTTP/1.1\r\n` + headers.map(([n, v]) => `${n}: ${v}\r\n`).join("") + "\r\n" + job.body);
      socket.on("close", () => server.close()).on("error", reject).resume();
    });
  });
}

(async () => {
  for (const line of readFileSync(0, "utf8").split("\n")) {
    if (line === "") continue;
    const job = JSON.parse(line);
    const seen = await send(job);
    const params = seen.params ?? {};
    let valid = getExpectedTwilioSignature(job.token, seen.url, params) === job.signature;
    if (seen.body !== undefined) valid &&= new URL(seen.url).searchParams.get("bodySHA256") === getExpectedBodyHash(seen.body);
    const pairs = Object.entries(params).flatMap(([k, v]) => [v].flat().map((one) => [k, one]));
    process.stdout.write(JSON.stringify({ url: seen.url, params: pairs, body: seen.body ?? null, valid }) + "\n");
  }
})();
