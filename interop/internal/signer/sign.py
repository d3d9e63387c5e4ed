"""Signs the requests on standard input as the carrier would, with python3-twilio.

One JSON object a line in, one a line out, in order. Parameters arrive as pairs
and are handed over as webob's MultiDict, which is what Pyramid's request.POST is.
"""

import json
import sys

from twilio.request_validator import RequestValidator
from webob.multidict import MultiDict

sys.stdin.reconfigure(encoding="utf-8", newline="\n")
sys.stdout.reconfigure(encoding="utf-8", newline="\n")

for line in sys.stdin:
    job = json.loads(line)
    validator = RequestValidator(job["token"])
    url = job["url"]
    if job["hashed"] is not None:
        url = url.replace("{hash}", validator.compute_hash(job["hashed"]))
    params = MultiDict([(name, value) for name, value in job["params"]])
    signature = validator.compute_signature(url, params)
    print(json.dumps({"url": url, "signature": signature}))
