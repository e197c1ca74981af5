"""Health check of an image: fails unless the service says that it gets on with its work."""

import http.client
import os
import sys

TIMEOUT_S = 3.0

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PDP_HTTP_PORT", "8000")), timeout=TIMEOUT_S)
connection.request("GET", "/ready")
answer = connection.getresponse()
# Shown by `docker inspect`: which part is in trouble, and why.
print(answer.read().decode())  # noqa: T201
sys.exit(answer.status != http.client.OK)
