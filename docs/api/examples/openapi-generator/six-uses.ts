// Six uses of the API with the TypeScript client that openapi-generator makes; docs/api/guide.md says how.
import {
  ChangesApi, Configuration, MeetingsApi, OfficersApi, OrganisationsApi, ResponseError, WebhooksApi,
} from "./proximity/index.js";
import type { Change, Meeting } from "./proximity/index.js";

declare const process: { env: Record<string, string> };
const { SITE, KEY, DISTRICT, FEED, HOOK } = process.env;
const settings = new Configuration({ basePath: `${SITE}/api/v1`, accessToken: KEY });
const changes = new ChangesApi(settings);
const meetings = new MeetingsApi(settings);
const organisations = new OrganisationsApi(settings);

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const cursorOf = (address: string): string => new URL(address).searchParams.get("cursor")!;

/** A batch: all or none. Sent again with the same key it is done once. */
async function importOrganisations(): Promise<string[]> {
  const send = async () =>
    (await organisations.createOrganisations({
      idempotencyKey: "register",
      organisationInput: [
        { name: "Rainbow House", kind: "ngo", homeDistrict: DISTRICT },
        { name: "Harbour School", kind: "school", homeDistrict: DISTRICT },
      ],
    })).results.map((row) => row.id!);
  const first = await send();
  check(first.join() === (await send()).join(), "Sent twice, it was done twice.");
  return first;
}

async function logMeeting(organisation: string): Promise<Meeting> {
  const officers = await new OfficersApi(settings).listOfficers({ limit: 1 });
  return meetings.createMeeting({
    meetingInput: {
      subject: "Visit after the summer",
      kind: "visit",
      status: "held",
      startsAt: new Date(Date.now() - 2 * 3600_000),
      durationMinutes: 45,
      district: DISTRICT,
      organisations: [{ organisation, present: true }],
      officers: [officers.results[0].id],
      outcomes: ["action_agreed"],
    },
  });
}

/** If-Match says which version is meant: who is late is told so, and overwrites nothing. */
async function correct(meeting: Meeting): Promise<Meeting> {
  const stale = { id: meeting.id, ifMatch: `"${meeting.version}"` };
  const found = await meetings.updateMeeting({ ...stale, meetingPatch: { durationMinutes: 50 } });
  const late = await meetings
    .updateMeeting({ ...stale, meetingPatch: { durationMinutes: 55 } })
    .then(() => 200, (error: unknown) => (error instanceof ResponseError ? error.response.status : 0));
  check(late === 412, "An outdated version was overwritten.");
  return found;
}

/** Read the change feed on from a cursor until it tells of this version of the meeting. */
async function syncUntil(cursor: string, meeting: Meeting): Promise<Change> {
  for (let turn = 0; turn < 100; turn += 1) {
    const page = await changes.getChanges({ cursor, types: "organisations,meetings" });
    const found = page.results.find((row) => row.id === meeting.id && row.version === meeting.version);
    if (found) return found;
    cursor = cursorOf(page.next);
    if (page.results.length === 0) await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("The change never came.");
}

/** A calendar asks again and again: 304 while nothing changed. */
async function subscribeToCalendar(): Promise<void> {
  const first = await fetch(FEED);
  check((await first.text()).startsWith("BEGIN:VCALENDAR"), "This is no calendar.");
  const again = await fetch(FEED, { headers: { "If-None-Match": first.headers.get("etag")! } });
  check(again.status === 304, "It was sent again.");
}

const start = cursorOf((await changes.getChanges({ cursor: "latest" })).next);
const webhook = await new WebhooksApi(settings).createWebhook({ webhookInput: { name: "Platform", url: HOOK } });
const made = await importOrganisations();
const listed = (await organisations.listOrganisations({ kind: "ngo,school" })).results.map((row) => row.id);
check(made.every((id) => listed.includes(id)), "Not all are listed.");
const meeting = await correct(await logMeeting(made[0]));
const change = await syncUntil(start, meeting);
await subscribeToCalendar();
console.log(JSON.stringify({ meeting: meeting.id, seq: change.seq, secret: webhook.secret }));
