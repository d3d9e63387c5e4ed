// A telephone line as its author would write it: Express, with the middleware and
// the builder of the npm package twilio. TLS ends at a proxy in front of it.
const express = require("express");
const twilio = require("twilio");

const app = express();
app.set("trust proxy", "loopback");
app.use(express.urlencoded({ extended: false }));
app.use(twilio.webhook(process.env.TWILIO_AUTH_TOKEN));
app.use((req, res, next) => {
  console.log("admitted", req.method, req.path);
  next();
});

const send = (res, doc) => res.type("text/xml").send(doc.toString());

app.post("/voice", (req, res) => {
  res.cookie("visits", String(1 + Number((req.headers.cookie || "").split("visits=")[1] || 0)));
  const doc = new twilio.twiml.VoiceResponse();
  doc.gather({ numDigits: 1, action: "/menu", timeout: 3 }).say("Press 1 for sales & 2 for a message.");
  doc.redirect("/voice");
  send(res, doc);
});

app.post("/menu", (req, res) => {
  const doc = new twilio.twiml.VoiceResponse();
  switch (req.body.Digits) {
    case "1":
      doc.say("Connecting <sales>.");
      doc.dial({ action: "/after", timeout: 10 }).number({ url: "/whisper" }, "+15005550123");
      break;
    case "2":
      doc.record({ action: "/recorded", recordingStatusCallback: "/saved", finishOnKey: "#" });
      break;
    case "3":
      doc.gather({ input: "speech", method: "GET", action: "/spoken?topic=a+b&path=%2Fx" }).say("Say something.");
      break;
    case "4":
      throw new Error("broken");
    default:
      doc.say("That is not a choice. You came with " + (req.headers.cookie || "no cookie") + ".");
      doc.redirect("/voice");
  }
  send(res, doc);
});

app.post("/whisper", (req, res) => {
  const doc = new twilio.twiml.VoiceResponse();
  doc.say("A call for " + req.body.To);
  send(res, doc);
});

app.post("/after", (req, res) => {
  const doc = new twilio.twiml.VoiceResponse();
  doc.say("The call was " + req.body.DialCallStatus + ".");
  send(res, doc);
});

app.post("/recorded", (req, res) => {
  const doc = new twilio.twiml.VoiceResponse();
  doc.say("You spoke for " + req.body.RecordingDuration + " seconds.");
  doc.hangup();
  send(res, doc);
});

app.get("/spoken", (req, res) => {
  const doc = new twilio.twiml.VoiceResponse();
  doc.say("You said " + req.query.SpeechResult + " about " + req.query.topic + ".");
  send(res, doc);
});

app.post(["/saved", "/status"], (req, res) => res.status(204).end());

app.listen(Number(process.env.PORT), "127.0.0.1");
