"""Verify a comparison file: python3 comparison.py FILE FINGERPRINT. It needs Python alone (see comparison.md)."""
import hashlib, json, sys

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519: RFC 8032, section 5.1
D, ROOT = -121665 * pow(121666, -1, P), pow(2, (P - 1) // 4, P)  # ROOT squared is -1

def canonical(value): return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
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

content = open(sys.argv[1], "rb").read()
file = json.loads(content)
is_canonical, signature = canonical(file) == content, file.pop("signature", None)
if signature is None: sys.exit("NOT VALID: no signature")
key = bytes.fromhex(signature["key"])
is_known = hashlib.sha256(key).hexdigest()[:32] == "".join(sys.argv[2:]).replace(" ", "").lower()
checks = {"bytes": is_canonical, "fingerprint": is_known, "signature": is_signed(canonical(file), key, bytes.fromhex(signature["value"]))}
sys.exit("NOT VALID: " + ", ".join(wrong)) if (wrong := [what for what, is_right in checks.items() if not is_right]) else print("VALID: signed by", file["city"]["name"])
