import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

const API = "http://localhost:8000/api/v1";
const KEY = process.env.CRM_KEY;

// Call a path or a full address: the answer's body and its headers; throws the problem of a refusal.
async function call(path, { method = "GET", body, headers = {} } = {}) {
  const answer = await fetch(path.startsWith("http") ? path : API + path, {
    method,
    headers: {
      Authorization: `Bearer ${KEY}`,
      ...(body && { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(data.detail), { problem: data, headers: answer.headers });
  return { data, headers: answer.headers };
}

// --- first-call
const { data: me } = await call("/me/");
console.log(me.name, me.scopes, me.districts);

// --- lists
const names = [];
let address = "/organisations/?status=active&limit=50&fields=id,name";
while (address) {
  const { data: page } = await call(address);
  names.push(...page.results.map((row) => row.name));
  address = page.next;
}
console.log(names.length, "organisations");

// --- log-a-meeting
const district = me.districts[0];
const found = await call(`/organisations/?district=${district}&limit=1&fields=id`);
const logged = await call("/meetings/", {
  method: "POST",
  headers: { "Idempotency-Key": randomUUID() },
  body: {
    subject: "Opening hours of the advice desk",
    kind: "phone",
    status: "held",
    starts_at: new Date().toISOString(),
    duration_minutes: 15,
    district,
    organisations: found.data.results.map((row) => ({ organisation: row.id, present: true })),
    outcomes: ["information_shared"],
  },
});
console.log("logged", logged.headers.get("location"));

// --- correct
const corrected = await call(logged.headers.get("location"), {
  method: "PATCH",
  headers: { "If-Match": logged.headers.get("etag") },
  body: { duration_minutes: 20 },
});
console.log("now", corrected.data.duration_minutes, "minutes, version", corrected.data.version);

// --- batch
const register = [
  ["walkers", "Walkers of the old harbour", "culture_sport"],
  ["tenants", "Tenants of the new harbour", "housing_tenants"],
];
const { data: batch } = await call("/organisations/batch/?atomic=false", {
  method: "POST",
  body: register.map(([id, name, kind]) => ({
    name,
    kind,
    home_district: district,
    external_ids: [{ source: me.source, id }],
  })),
});
batch.results.forEach((result, n) => {
  console.log(register[n][0], result.id ?? (result.errors?.[0] ?? result).detail);
});

// --- changes
const { data: feed } = await call("/changes/?types=meetings&limit=100");
for (const change of feed.results) console.log(change.seq, change.op, change.type, change.id);
console.log("go on later with", feed.next);

// --- errors
try {
  await call("/meetings/?staus=held");
} catch (refused) {
  console.log(refused.problem.status, refused.problem.code, refused.problem.errors[0].detail);
}

// --- limits
const { headers } = await call("/me/");
console.log(headers.get("ratelimit"), headers.get("ratelimit-policy"));

// --- webhooks
// Whether a webhook is from here and not older than five minutes: `body` is the raw text.
function isGenuine(secret, headers, body) {
  const sentAt = headers["webhook-timestamp"];
  if (Math.abs(Date.now() / 1000 - Number(sentAt)) > 300) return false;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const wanted = createHmac("sha256", key).update(`${headers["webhook-id"]}.${sentAt}.${body}`).digest();
  return headers["webhook-signature"].split(" ").some((one) => {
    const given = Buffer.from(one.split(",")[1] ?? "", "base64");
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
