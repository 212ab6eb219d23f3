"""Verify a signed audit: python3 verify.py FILE KEY_ID [KEY_ID …]. It needs Python alone (see index.md)."""
import hashlib, json, sys

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519: RFC 8032, section 5.1
D, ROOT = -121665 * pow(121666, -1, P), pow(2, (P - 1) // 4, P)  # ROOT squared is -1

def canonical(value): return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def digest(value): return None if value is None else hashlib.sha256(canonical(value)).hexdigest()

def add(a, b):
    m, x, y = D * a[0] * b[0] * a[1] * b[1], a[0] * b[1] + a[1] * b[0], a[1] * b[1] + a[0] * b[0]
    return x * pow(1 + m, -1, P) % P, y * pow(1 - m, -1, P) % P
def times(n, a): return (0, 1) if n == 0 else add(times(n - 1, a), a) if n % 2 else times(n // 2, add(a, a))
def decoded(code):
    y = int.from_bytes(code, "little") % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = next(x for x in (pow(square, (P + 3) // 8, P) * r % P for r in (1, ROOT)) if (x * x - square) % P == 0)
    return (x if x % 2 == code[31] >> 7 else P - x), y
def is_signed(message, key, signature):
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    s, base = int.from_bytes(signature[32:], "little"), decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    return s < ORDER and times(s, base) == add(decoded(signature[:32]), times(h % ORDER, decoded(key)))

def rank(ids): return sorted(ids, key=lambda id: hashlib.sha256(f"{record['audit']['seed']} {id}".encode()).hexdigest())
def drawn(part, column): return [one[column] for one in sorted(record[part], key=lambda one: one["position"])]

content = open(sys.argv[1], "rb").read()
file, wrong = json.loads(content), set()
def check(what, is_right): is_right or wrong.add(what)
def stop(): wrong and sys.exit("NOT VALID: " + ", ".join(sorted(wrong)))
check("bytes", canonical(file) == content)  # so there is no second member of a name, and every reader reads the same
check("members", set(file) == {"record", "signatures", "addenda", "names", "counted"})
stop()
record, names, ids = file["record"], dict(file["record"]["names"]), set()
check("signatures", bool(file["signatures"]) and len({one["statement"]["signed_by"] for one in file["signatures"]}) == len(file["signatures"]))
for kind, one in [(kind, one) for kind, ones in (("signature", "signatures"), ("addendum", "addenda")) for one in file[ones]]:
    said, head, key, signature = one["statement"], f"proximity audit {kind} 1", bytes.fromhex(one["public_key"]), bytes.fromhex(one["signature"])
    names[said["signed_by"]], key_id = said["name"], hashlib.sha256(key).hexdigest()[:16]
    check("members", set(one) == {"statement", "key_id", "public_key", "signature"} and said["id"] not in ids)
    check("record", (said["record"], said["audit"]) == (digest(record), record["audit"]["id"]))
    check("key", one["key_id"] == key_id and key_id in sys.argv[2:])
    check(kind, said["format"] == head and is_signed(f"{head}\n".encode() + canonical(said), key, signature))
    ids.add(said["id"])
check("counted", len(file["counted"]) == len(record["figures"]) and all(set(one) == {"ids", "rest"} for one in file["counted"]))
for figure, lists in zip(record["figures"], file["counted"]):
    for name, found in lists.items():
        salted = None if found is None else {"salt": record["salt"], "figure": figure["position"], "list": name, "ids": found}
        check(f"figure {figure['position']}", digest(salted) == figure[name])
for part, column, candidates in (("samples", "meeting_id", "candidate_meetings"), ("calls", "organisation_id", "candidate_organisations")):
    check(part, (found := drawn(part, column)) == rank(record["audit"][candidates])[:len(found)])
for id, name in file["names"].items(): check(f"name of {id}", digest(name) == names.get(id))
stop(), print("VALID: as it was signed")
