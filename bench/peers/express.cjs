// The demo line on Express, protected by twilio.webhook(), as the carrier's
// documentation shows it. Arguments: port.
"use strict";
const express = require("express");
const twilio = require("twilio");

const app = express();
app.disable("x-powered-by");
const gate = twilio.webhook({ protocol: "https", host: "ivr.example.org" });

app.post("/", express.urlencoded({ extended: false }), gate, (request, response) => {
  const twiml = new twilio.twiml.VoiceResponse();
  const gather = twiml.gather({ numDigits: 1, action: "https://ivr.example.org/", method: "POST", timeout: 3 });
  gather.say("Welcome. Press 1 or 2.");
  twiml.say("Please try again.");
  twiml.redirect({ method: "POST" }, "https://ivr.example.org/");
  response.type("text/xml").send(twiml.toString());
});

app.listen(Number(process.argv[2]), "127.0.0.1");
