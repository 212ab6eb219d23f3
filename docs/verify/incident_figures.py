"""Count the figures of incidents: python3 incident_figures.py INCIDENTS SINCE UNTIL [NOW]. See figures.md."""
import json, math, sys
from datetime import UTC, datetime, timedelta

CALLS, HOUR = ("reassurance", "visit"), timedelta(hours=1)

def at(text): return datetime.fromisoformat(text) if text else None
def is_spared(step): return step["status"] == "not_needed" and at(step["recorded_at"]) <= at(step["due_at"])
def is_late(done, recorded): return bool(done and recorded and recorded - done > HOUR)
def tries_of(incident, results, organisations):
    found = [try_ for try_ in incident["reassurances"] if try_["result"] in results and try_["organisation"] in organisations]
    return sorted(found, key=lambda try_: at(try_["at"]))
def rank(values, share): return sorted(values)[math.ceil(len(values) * share) - 1] if values else None

def figures(incidents, since, until, now):
    """The four figures of the days from `since` to before `until`, as of `now`; by slug and column."""
    began, calls, minutes, steps, closed = [one for one in incidents if since <= at(one["started_at"]) < until], [], [], [], []
    everything, withdrawn = incidents, sum(one["status"] == "withdrawn" for one in began)
    began, incidents = ([one for one in rows if one["status"] != "withdrawn"] for rows in (began, incidents))
    merged = [one for one in everything if one["status"] == "withdrawn"]
    for one in incidents: one["reassurances"] += [try_ for twin in merged if twin["same_as"] == one["id"] for try_ in twin["reassurances"]]
    for one in incidents: one["steps"] = [step for step in one["steps"] if step["status"] != "withdrawn"]
    for one in began:
        todo = [step for step in one["steps"] if step["proof"] in CALLS]
        for organisation in {step["organisation"] for step in todo if step["organisation"]}:
            own = [step for step in todo if step["organisation"] == organisation]
            first = next(iter(tries_of(one, ("reached", "declined"), [organisation])), None)
            done, entered = (at(first["at"]), at(first["recorded_at"])) if first else (None, None)
            result = first["result"] if first else "not_needed" if all(map(is_spared, own)) else None
            calls.append((result, min(at(step["due_at"]) for step in own), done, entered))
        if place := [step["organisation"] for step in todo if step["each"] == "the_place"]:
            reached = tries_of(one, ("reached",), place)
            spent = [(at(try_["at"]) - at(one["started_at"])) // timedelta(minutes=1) for try_ in reached[:1]]
            minutes.append((spent, not reached and bool(tries_of(one, ("declined",), place))))
    for one in incidents:
        steps += [step for step in one["steps"] if step["is_required"] and since <= at(step["due_at"]) < until]
        stood = [end for end in one["closings"] if not end["reopened_at"] or at(end["reopened_at"]) >= until]
        for end in (end for end in stood if since <= at(end["closed_at"]) < until):
            debrief = one["debrief"]
            closed.append(debrief if debrief and at(debrief["signed_at"]) <= at(end["closed_at"]) else None)
    asked = [call for call in calls if call[0] != "not_needed"]
    in_time = [call for call in asked if call[2] and call[2] <= call[1]]
    due = [(at(step["due_at"]), at(step["done_at"]), step) for step in steps if not is_spared(step)]
    done = [(limit, when, step) for limit, when, step in due if step["status"] == "done"]
    todo = [limit for limit, _when, step in due if step["status"] != "done"]
    spent, debriefs = [one for found, _declined in minutes for one in found], [one for one in closed if one]
    return {
        "reassured-in-time": {
            "n": len(in_time), "of": sum(bool(call[2]) or call[1] < now for call in asked), "declined": sum(call[0] == "declined" for call in in_time),
            "later": sum(bool(call[2] and call[2] > call[1]) for call in asked),
            "in_time": sum(not call[2] and call[1] >= now for call in asked),
            "entered_late": sum(is_late(call[2], call[3]) for call in asked), "not_needed": len(calls) - len(asked),
            "refused": sum(one["refused"] for one in began), "withdrawn": withdrawn},
        "first-contact": {
            "n": len(spent), "of": len(minutes), "median_minutes": rank(spent, 0.5), "p90_minutes": rank(spent, 0.9),
            "place_declined": sum(declined for _found, declined in minutes),
            "place_refused": sum(one["place_refused"] for one in began), "withdrawn": withdrawn},
        "steps-in-time": {
            "n": sum(when <= limit for limit, when, _step in done), "of": len(due) - sum(limit >= now for limit in todo),
            "late": sum(when > limit for limit, when, _step in done),
            "not_done": sum(limit < now for limit in todo), "in_time": sum(limit >= now for limit in todo),
            "entered_late": sum(is_late(when, at(step["recorded_at"])) for _limit, when, step in done),
            "step_not_needed": len(steps) - len(due), "withdrawn": withdrawn},
        "debriefed": {
            "n": sum(one["is_held"] for one in debriefs), "of": len(closed),
            "waived": sum(not one["is_held"] for one in debriefs), "voices": sum(one["voices"] for one in debriefs),
            "voices_in_time": sum(one["voices_in_time"] for one in debriefs), "withdrawn": withdrawn}}

if __name__ == "__main__":
    since, until, *more = map(at, sys.argv[2:])
    incidents = json.load(open(sys.argv[1], encoding="utf-8"))
    print(json.dumps(figures(incidents, since, until, *(more or [datetime.now(UTC)])), indent=2))
