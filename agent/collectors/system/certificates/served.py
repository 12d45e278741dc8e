"""A short-lived child: which certificate a port shows. `ssl` stays out of the resident agent.

`python -m agent.collectors.system.certificates.served HOST:PORT...` prints one line of JSON for each:
{"target", "der": base64} or {"target", "fault"}. Nothing is verified: the question is until when it is valid.
"""

import base64
import json
import socket
import ssl
import sys

TIMEOUT_S = 5.0


def shown(target: str) -> dict[str, str]:
    """What one port shows."""
    host, _, port = target.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host.strip("[]"), int(port)), TIMEOUT_S) as connection,
            context.wrap_socket(connection, server_hostname=host.strip("[]")) as secure,
        ):
            der = secure.getpeercert(binary_form=True)
    except (OSError, ValueError) as error:
        return {"target": target, "fault": f"{type(error).__name__}: {error}"[:200]}
    if not der:
        return {"target": target, "fault": "it shows no certificate"}
    return {"target": target, "der": base64.b64encode(der).decode()}


if __name__ == "__main__":
    for word in sys.argv[1:]:
        print(json.dumps(shown(word)), flush=True)
