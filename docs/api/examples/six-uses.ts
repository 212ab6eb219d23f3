// Six uses of the API, typed by openapi-typescript from docs/openapi.yaml. docs/api/typescript.md says how to run it.
import createClient from "openapi-fetch";
import type { components, paths } from "./proximity";

type Meeting = components["schemas"]["Meeting"];
type Change = components["schemas"]["Change"];

const { SITE, KEY, DISTRICT, FEED, HOOK } = process.env as Record<string, string>;
const client = createClient<paths>({
  baseUrl: `${SITE}/api/v1`,
  headers: { Authorization: `Bearer ${KEY}` },
});

/** The data of an answer; a problem is thrown with its code. */
function taken<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const cursorOf = (address: string): string => new URL(address).searchParams.get("cursor")!;

/** A batch: all or none. Sent again with the same key it is done once. */
async function importOrganisations(): Promise<string[]> {
  const send = async () =>
    taken(
      await client.POST("/organisations/batch/", {
        params: { header: { "Idempotency-Key": `register-${DISTRICT}` } },
        body: [
          { name: "Rainbow House", kind: "ngo", home_district: DISTRICT },
          { name: "Harbour School", kind: "school", home_district: DISTRICT },
        ],
      }),
    );
  const first = await send();
  check(JSON.stringify(first) === JSON.stringify(await send()), "Sent twice, it was done twice.");
  return first.results.map((row) => row.id!);
}

async function logMeeting(organisation: string): Promise<Meeting> {
  const officers = taken(await client.GET("/officers/", { params: { query: { limit: 1 } } }));
  return taken(
    await client.POST("/meetings/", {
      body: {
        subject: "Visit after the summer",
        kind: "visit",
        status: "held",
        starts_at: new Date(Date.now() - 2 * 3600_000).toISOString(),
        duration_minutes: 45,
        district: DISTRICT,
        organisations: [{ organisation, present: true }],
        officers: [officers.results[0].id],
        outcomes: ["action_agreed"],
      },
    }),
  );
}

/** If-Match says which version is meant: who is late is told so, and overwrites nothing. */
async function correct(meeting: Meeting): Promise<Meeting> {
  const change = (duration_minutes: number) =>
    client.PATCH("/meetings/{id}/", {
      params: { path: { id: meeting.id }, header: { "If-Match": `"${meeting.version}"` } },
      body: { duration_minutes },
    });
  const found = taken(await change(50));
  const late = await change(55);
  check(late.error?.code === "stale" && late.response.status === 412, "Who was late overwrote something.");
  return found;
}

/** Read the change feed on from a cursor until it tells of this version of the meeting. */
async function syncUntil(cursor: string, meeting: Meeting): Promise<Change> {
  for (let turn = 0; turn < 100; turn++) {
    const page = taken(
      await client.GET("/changes/", { params: { query: { cursor, types: "organisations,meetings" } } }),
    );
    const found = page.results.find((row) => row.id === meeting.id && row.version === meeting.version);
    if (found) return found;
    cursor = cursorOf(page.next);
    if (page.results.length === 0) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("The change never came.");
}

/** A calendar asks again and again: 304 while nothing changed. */
async function subscribeToCalendar(): Promise<void> {
  const first = await fetch(FEED);
  check((await first.text()).startsWith("BEGIN:VCALENDAR"), "This is no calendar.");
  const again = await fetch(FEED, { headers: { "If-None-Match": first.headers.get("ETag")! } });
  check(again.status === 304, "The calendar was sent twice.");
}

async function main(): Promise<void> {
  const start = taken(await client.GET("/changes/", { params: { query: { cursor: "latest" } } }));
  const webhook = taken(await client.POST("/webhooks/", { body: { name: "Platform", url: HOOK } }));
  const organisations = await importOrganisations();
  const meeting = await correct(await logMeeting(organisations[0]));
  const change = await syncUntil(cursorOf(start.next), meeting);
  await subscribeToCalendar();
  console.log(JSON.stringify({ meeting: meeting.id, seq: change.seq, secret: webhook.secret }));
}

main();
