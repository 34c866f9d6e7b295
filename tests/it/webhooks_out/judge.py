# Judges signatures of webhooks by the recipe of docs/webhooks.md, with nothing but the library.
# In: a file with one JSON object a line: secret, id, seconds, signatures, body. Out: true or false, a line each.
import base64
import hashlib
import hmac
import json
import sys

for line in open(sys.argv[1], encoding="utf-8"):
    post = json.loads(line)
    key = base64.b64decode(post["secret"].removeprefix("whsec_"))
    signed = f'{post["id"]}.{post["seconds"]}.{post["body"]}'.encode()
    right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fits = [hmac.compare_digest(right, one) for one in post["signatures"].split()]
    print(json.dumps(any(fits)))
