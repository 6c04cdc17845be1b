"""Behind a proxy that ends TLS, as docs/guide/operation.md sets it up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ASK = """
import json
import django
django.setup()
from allauth.core.internal.httpkit import get_client_ip
from django.test import Client, RequestFactory
forwarded = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.7"}
client = Client(SERVER_NAME="zahlen.example")
plain, safe = client.get("/glossar/"), client.get("/glossar/", **forwarded)
print(json.dumps({
    "plain": [plain.status_code, plain.headers.get("Location")],
    "hsts": "Strict-Transport-Security" in safe.headers,
    "other host": Client(SERVER_NAME="other.example").get("/glossar/", **forwarded).status_code,
    "visitor": get_client_ip(RequestFactory().get("/", **forwarded)),
}))
"""


def test_the_proxy_is_believed_and_nobody_else(release: Path, tmp_path: Path):
    proxied = {"ALLMENDE_HTTPS": "1", "ALLMENDE_HOSTS": "zahlen.example", "DJANGO_SETTINGS_MODULE": "allmende.portal.settings"}
    folders = {"ALLMENDE_PUBLIC": str(release), "ALLMENDE_STATE": str(tmp_path)}
    variables = os.environ | proxied | folders
    done = subprocess.run([sys.executable, "-c", ASK], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "plain": [301, "https://zahlen.example/glossar/"],
        "hsts": True,
        "other host": 400,
        "visitor": "203.0.113.7",
    }
