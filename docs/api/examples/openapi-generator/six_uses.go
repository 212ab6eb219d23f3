// Six uses of the API with the Go client that openapi-generator makes; docs/api/guide.md says how.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"sixuses/proximity"
)

var (
	district = os.Getenv("DISTRICT")
	ctx      = context.WithValue(context.Background(), proximity.ContextAccessToken, os.Getenv("KEY"))
	client   = connect()
)

func connect() *proximity.APIClient {
	settings := proximity.NewConfiguration()
	settings.Servers = proximity.ServerConfigurations{{URL: os.Getenv("SITE") + "/api/v1"}}
	return proximity.NewAPIClient(settings)
}

func check(err error) {
	if err != nil {
		var problem *proximity.GenericOpenAPIError
		if errors.As(err, &problem) {
			fmt.Fprintln(os.Stderr, string(problem.Body()))
		}
		panic(err)
	}
}

func cursorOf(address string) string {
	parts, err := url.Parse(address)
	check(err)
	return parts.Query().Get("cursor")
}

// A batch: all or none. Sent again with the same key it is done once.
func importOrganisations() []string {
	body := []proximity.OrganisationInput{
		*proximity.NewOrganisationInput("Rainbow House", proximity.KINDCODE_NGO, district),
		*proximity.NewOrganisationInput("Harbour School", proximity.KINDCODE_SCHOOL, district),
	}
	var ids [2][]string
	for turn := range ids {
		found, _, err := client.OrganisationsAPI.CreateOrganisations(ctx).
			OrganisationInput(body).IdempotencyKey("register").Execute()
		check(err)
		for _, row := range found.Results {
			ids[turn] = append(ids[turn], *row.Id)
		}
	}
	if strings.Join(ids[0], " ") != strings.Join(ids[1], " ") {
		panic("Sent twice, it was done twice.")
	}
	return ids[0]
}

func logMeeting(organisation string) *proximity.Meeting {
	officers, _, err := client.OfficersAPI.ListOfficers(ctx).Limit(1).Execute()
	check(err)
	body := proximity.NewMeetingInput("Visit after the summer", proximity.MEETINGKINDCODE_VISIT,
		time.Now().Add(-2*time.Hour), 45, district)
	body.SetStatus(proximity.MEETINGSTATUSCODE_HELD)
	there := proximity.NewMeetingOrganisationInput(organisation)
	there.SetPresent(true)
	body.SetOrganisations([]proximity.MeetingOrganisationInput{*there})
	body.SetOfficers([]string{officers.Results[0].Id})
	body.SetOutcomes([]proximity.OutcomeCode{proximity.OUTCOMECODE_ACTION_AGREED})
	found, _, err := client.MeetingsAPI.CreateMeeting(ctx).MeetingInput(*body).Execute()
	check(err)
	return found
}

// If-Match says which version is meant: who is late is told so, and overwrites nothing.
func correct(meeting *proximity.Meeting) *proximity.Meeting {
	stale := fmt.Sprintf("\"%d\"", meeting.Version)
	change := func(minutes int32) (*proximity.Meeting, *http.Response, error) {
		patch := proximity.NewMeetingPatch()
		patch.SetDurationMinutes(minutes)
		return client.MeetingsAPI.UpdateMeeting(ctx, meeting.Id).MeetingPatch(*patch).IfMatch(stale).Execute()
	}
	found, _, err := change(50)
	check(err)
	if _, answer, _ := change(55); answer.StatusCode != http.StatusPreconditionFailed {
		panic("An outdated version was overwritten.")
	}
	return found
}

// Read the change feed on from a cursor until it tells of this version of the meeting.
func syncUntil(cursor string, meeting *proximity.Meeting) proximity.Change {
	for turn := 0; turn < 100; turn++ {
		page, _, err := client.ChangesAPI.GetChanges(ctx).Cursor(cursor).Types("organisations,meetings").Execute()
		check(err)
		for _, row := range page.Results {
			if row.Id == meeting.Id && row.Version == meeting.Version {
				return row
			}
		}
		cursor = cursorOf(page.Next)
		if len(page.Results) == 0 {
			time.Sleep(200 * time.Millisecond)
		}
	}
	panic("The change never came.")
}

// A calendar asks again and again: 304 while nothing changed.
func subscribeToCalendar() {
	first, err := http.Get(os.Getenv("FEED"))
	check(err)
	text, err := io.ReadAll(first.Body)
	check(err)
	if !strings.HasPrefix(string(text), "BEGIN:VCALENDAR") {
		panic("This is no calendar.")
	}
	request, err := http.NewRequest(http.MethodGet, os.Getenv("FEED"), nil)
	check(err)
	request.Header.Set("If-None-Match", first.Header.Get("ETag"))
	again, err := http.DefaultClient.Do(request)
	check(err)
	if again.StatusCode != http.StatusNotModified {
		panic("It was sent again.")
	}
}

func main() {
	latest, _, err := client.ChangesAPI.GetChanges(ctx).Cursor("latest").Execute()
	check(err)
	webhook, _, err := client.WebhooksAPI.CreateWebhook(ctx).
		WebhookInput(*proximity.NewWebhookInput("Platform", os.Getenv("HOOK"))).Execute()
	check(err)
	made := importOrganisations()
	listed, _, err := client.OrganisationsAPI.ListOrganisations(ctx).Kind("ngo,school").Execute()
	check(err)
	known := map[string]bool{}
	for _, row := range listed.Results {
		known[row.Id] = true
	}
	for _, id := range made {
		if !known[id] {
			panic("Not all are listed.")
		}
	}
	meeting := correct(logMeeting(made[0]))
	change := syncUntil(cursorOf(latest.Next), meeting)
	subscribeToCalendar()
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"meeting": meeting.Id, "seq": change.Seq, "secret": webhook.Secret.Get(),
	}))
}
