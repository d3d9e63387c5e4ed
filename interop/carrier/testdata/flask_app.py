# A telephone line as its author would write it: Flask, guarded by the validator of
# python3-twilio and with its builder. TLS ends at a proxy in front of it.
import os

from flask import Flask, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse
from werkzeug.middleware.proxy_fix import ProxyFix

app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])


@app.before_request
def admit():
    # Not request.url: Werkzeug shows that with some characters unescaped.
    url = request.host_url.rstrip("/") + request.environ["RAW_URI"]
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(url, request.form, signature):
        abort(403)
    print("admitted", request.method, request.path, flush=True)


def send(doc):
    return str(doc), 200, {"Content-Type": "text/xml"}


@app.post("/voice")
def voice():
    doc = VoiceResponse()
    gather = Gather(num_digits=1, action="/menu", timeout=3)
    gather.say("Press 1 for sales & 2 for a message.")
    doc.append(gather)
    doc.redirect("/voice")
    body, status, headers = send(doc)
    headers["Set-Cookie"] = "visits=%d; Path=/" % (1 + int(request.cookies.get("visits", "0")))
    return body, status, headers


@app.post("/menu")
def menu():
    doc = VoiceResponse()
    digits = request.form["Digits"]
    if digits == "1":
        doc.say("Connecting <sales>.")
        dial = Dial(action="/after", timeout=10)
        dial.number("+15005550123", url="/whisper")
        doc.append(dial)
    elif digits == "2":
        doc.record(action="/recorded", recording_status_callback="/saved", finish_on_key="#")
    elif digits == "3":
        gather = Gather(input="speech", method="GET", action="/spoken?topic=a+b&path=%2Fx")
        gather.say("Say something.")
        doc.append(gather)
    elif digits == "4":
        raise RuntimeError("broken")
    else:
        cookie = "visits=" + request.cookies["visits"] if "visits" in request.cookies else "no cookie"
        doc.say("That is not a choice. You came with %s." % cookie)
        doc.redirect("/voice")
    return send(doc)


@app.post("/whisper")
def whisper():
    doc = VoiceResponse()
    doc.say("A call for " + request.form["To"])
    return send(doc)


@app.post("/after")
def after():
    doc = VoiceResponse()
    doc.say("The call was %s." % request.form["DialCallStatus"])
    return send(doc)


@app.post("/recorded")
def recorded():
    doc = VoiceResponse()
    doc.say("You spoke for %s seconds." % request.form["RecordingDuration"])
    doc.hangup()
    return send(doc)


@app.get("/spoken")
def spoken():
    doc = VoiceResponse()
    doc.say("You said %s about %s." % (request.args["SpeechResult"], request.args["topic"]))
    return send(doc)


@app.post("/saved")
@app.post("/status")
def status():
    return "", 204


app.run("127.0.0.1", int(os.environ["PORT"]))
