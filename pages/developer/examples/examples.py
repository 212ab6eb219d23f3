import base64
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone

API = "http://localhost:8000/api/v1"
KEY = os.environ["CRM_KEY"]


def call(path, method="GET", body=None, **headers):
    """Call a path or a full address: the answer's body and its headers."""
    request = urllib.request.Request(path if path.startswith("http") else API + path, method=method)
    request.add_header("Authorization", f"Bearer {KEY}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), answer.headers


# --- first-call
me, _ = call("/me/")
print(me["name"], me["scopes"], me["districts"])

# --- lists
address, names = "/organisations/?status=active&limit=50&fields=id,name", []
while address:
    page, _ = call(address)
    names += [row["name"] for row in page["results"]]
    address = page["next"]
print(len(names), "organisations")

# --- log-a-meeting
district = me["districts"][0]
organisations, _ = call(f"/organisations/?district={district}&limit=1&fields=id")
meeting, headers = call(
    "/meetings/",
    "POST",
    {
        "subject": "Opening hours of the advice desk",
        "kind": "phone",
        "status": "held",
        "starts_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "duration_minutes": 15,
        "district": district,
        "organisations": [{"organisation": row["id"], "present": True} for row in organisations["results"]],
        "outcomes": ["information_shared"],
    },
    Idempotency_Key=str(uuid.uuid4()),
)
print("logged", headers["Location"])

# --- correct
meeting, headers = call(headers["Location"], "PATCH", {"duration_minutes": 20}, If_Match=headers["ETag"])
print("now", meeting["duration_minutes"], "minutes, version", meeting["version"])

# --- batch
register = [("walkers", "Walkers of the old harbour", "culture_sport"),
            ("tenants", "Tenants of the new harbour", "housing_tenants")]  # fmt: skip
answer, _ = call(
    "/organisations/batch/?atomic=false",
    "POST",
    [
        {
            "name": name,
            "kind": kind,
            "home_district": district,
            "external_ids": [{"source": me["source"], "id": number}],
        }
        for number, name, kind in register
    ],
)
for (number, *_rest), result in zip(register, answer["results"], strict=True):
    print(number, result.get("id") or result.get("errors", [result])[0]["detail"])

# --- changes
feed, _ = call("/changes/?types=meetings&limit=100")
for change in feed["results"]:
    print(change["seq"], change["op"], change["type"], change["id"])
print("go on later with", feed["next"])

# --- errors
try:
    call("/meetings/?staus=held")
except urllib.error.HTTPError as refused:
    problem = json.load(refused)
    print(problem["status"], problem["code"], problem["errors"][0]["detail"])


# --- limits
def patient_call(path, **arguments):
    """Call, and wait as long as `Retry-After` asks."""
    while True:
        try:
            return call(path, **arguments)
        except urllib.error.HTTPError as refused:
            if refused.code != 429:
                raise
            time.sleep(int(refused.headers["Retry-After"]))


_, headers = patient_call("/me/")
print(headers["RateLimit"], headers["RateLimit-Policy"])


# --- webhooks
def is_genuine(secret, headers, body):
    """Whether a webhook is from here and not older than five minutes: `body` are the raw bytes."""
    sent_at = headers["webhook-timestamp"]
    if abs(time.time() - int(sent_at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    signatures = [signature.partition(",")[2] for signature in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(signature, expected) for signature in signatures)
