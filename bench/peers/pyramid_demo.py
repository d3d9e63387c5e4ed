"""The demo line on Pyramid: a security policy around python3-twilio's
RequestValidator, an access control list on the root, and waitress to serve it.
Arguments: port.
"""

import os
import sys

from pyramid.authorization import ACLHelper, Allow, Everyone
from pyramid.config import Configurator
from pyramid.response import Response
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse
from waitress import serve


class SignaturePolicy:
    """Knows the carrier by its signature."""

    def __init__(self, token):
        self.validator = RequestValidator(token)
        self.acl = ACLHelper()

    def identity(self, request):
        signature = request.headers.get("X-Twilio-Signature", "")
        if self.validator.validate(request.url, request.POST, signature):
            return "twilio"
        return None

    def authenticated_userid(self, request):
        return self.identity(request)

    def permits(self, request, context, permission):
        principals = [Everyone]
        if identity := self.identity(request):
            principals.append(identity)
        return self.acl.permits(context, principals, permission)


class Root:
    __acl__ = [(Allow, "twilio", "view")]

    def __init__(self, request):
        pass


def welcome(request):
    twiml = VoiceResponse()
    gather = twiml.gather(num_digits=1, action="https://ivr.example.org/", method="POST", timeout=3)
    gather.say("Welcome. Press 1 or 2.")
    twiml.say("Please try again.")
    twiml.redirect("https://ivr.example.org/", method="POST")
    return Response(str(twiml), content_type="text/xml", charset="utf-8")


with Configurator(root_factory=Root) as config:
    config.set_security_policy(SignaturePolicy(os.environ["TWILIO_AUTH_TOKEN"]))
    config.add_route("welcome", "/")
    config.add_view(welcome, route_name="welcome", request_method="POST", permission="view")
    app = config.make_wsgi_app()

serve(app, host="127.0.0.1", port=int(sys.argv[1]), url_scheme="https", ident=None)
