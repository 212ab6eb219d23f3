"""Connect the rooms: name, in one place, all that a room adds to the rooms below it (docs/adr/0075).

A room below imports no room above. It has a tuple that this module fills once (lib.wired), so both ends of
each wire can be found by name. `CrmConfig.ready` imports this module, and nothing else does.
"""

from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.checks import Tags, register

import accounts.models
import accounts.services.acts
import accounts.services.effects
import accounts.services.held_forms
import accounts.services.sessions
import accounts.services.users
import accounts.services.views
import accounts.sign_in.recording
import api.bulk_reads
import api.models
import api.services.feeds
import api.services.keys
import api.services.pending_keys
import audit.models
import audit.services
import audit.services.verifying
import contacts.merging.relations
import contacts.merging.services
import contacts.models
import contacts.models.contact
import contacts.queries.private_details
import contacts.services.change_feed
import contacts.services.erased_texts
import contacts.services.erasures
import contacts.services.organisations
import contacts.services.redrawn_districts
import crm.celery
import crm.checks
import crm.queues
import crm.timetable
import districts.models
import districts.services.followers
import exchange.archive.parts
import exchange.archive.work
import exchange.exports.lists
import exchange.imports.drafts
import exchange.imports.forgetting
import incidents.archive
import incidents.models
import incidents.policies
import incidents.queries.touched_organisations
import incidents.reminders
import incidents.services.erased_texts
import incidents.services.exclusions
import incidents.services.incidents
import incidents.services.pending_exclusions
import incidents.services.pending_protocols
import incidents.services.pending_withdrawals
import incidents.services.redrawn_districts
import jobs.models
import jobs.services.jobs
import jobs.services.kinds
import jobs.services.releasing
import lib.city_keys
import lib.erasable
import lib.freezing
import meetings.reminders
import meetings.services.concerns
import meetings.services.follow_ups
import meetings.services.meetings
import meetings.services.recounting
import meetings.services.redrawn_districts
import meetings.services.rewriting
import meetings.services.shifts
import oversight.models
import plans.archive
import plans.models
import plans.queries.public_plans
import plans.reminders
import plans.services.cities
import plans.services.comparison
import plans.services.goals
import plans.services.plans
import plans.services.redrawn_districts
import practices.archive
import practices.reminders
import practices.services.offered_files
import practices.services.rewriting
import privacy.archive
import privacy.exports.organisation
import privacy.exports.package
import privacy.models
import privacy.queries.recipients
import privacy.reminders
import privacy.services.erasure_job
import privacy.services.erasures
import privacy.services.freezing
import privacy.services.hiding
import privacy.services.ledger
import privacy.services.requests
import privacy.services.retention_decisions
import privacy.services.retention_rules
import privacy.services.search_job
import publishing.archive
import publishing.models
import publishing.queries.comparison_tables
import publishing.reminders
import publishing.services.listings
import publishing.services.pending_entries
import publishing.services.publications
import publishing.services.registrations
import publishing.site.plans
import reminders.models
import reminders.models.subjects
import reports.exports.job
import reports.exports.rows
import reports.indicators.limits
import reports.queries.verification
import reports.reminders
import reviews.archive
import reviews.exports.file_job
import reviews.models
import reviews.queries.parts
import reviews.queries.verification
import reviews.services.freezing_job
import reviews.services.subscriptions
from lib.erasable import Writer, texts, whole_rows

# --- Django --------------------------------------------------------------------------------------------

register(crm.checks.check_usable_field_keys, Tags.security)
register(crm.checks.check_field_keys, Tags.security, deploy=True)
register(reports.indicators.limits.check_limits)

# --- Accounts ------------------------------------------------------------------------------------------

user_logged_in.connect(accounts.sign_in.recording.record_sign_in)
user_logged_out.connect(accounts.sign_in.recording.record_sign_out)
user_login_failed.connect(accounts.sign_in.recording.record_failed_sign_in)
authentication_failed.connect(accounts.sign_in.recording.record_wrong_code)
for changed in (authenticator_added, authenticator_removed, authenticator_reset):
    changed.connect(accounts.sign_in.recording.record_second_factor)

accounts.services.effects.EFFECTS.fill(
    accounts.services.acts.EFFECT,
    api.services.pending_keys.EFFECT,
    contacts.services.erasures.EFFECT,
    incidents.services.pending_exclusions.EFFECT,
    incidents.services.pending_protocols.EFFECT,
    incidents.services.pending_withdrawals.EFFECT,
    jobs.services.releasing.EFFECT,
    privacy.services.erasures.EFFECT,
    privacy.services.requests.EFFECT,
    privacy.services.retention_rules.EFFECT,
    publishing.services.pending_entries.EFFECT,
)
accounts.services.sessions.ENDS_WITH_SESSIONS.fill(api.services.feeds.end_feed)

# --- Background tasks, jobs and reminders --------------------------------------------------------------

crm.queues.TASKS.fill(*crm.timetable.TIMETABLE)
for task in crm.queues.TASKS:
    task.task.time_limit = task.seconds
crm.celery.app.conf.beat_schedule = crm.timetable.schedule()

jobs.services.kinds.KINDS.fill(
    api.bulk_reads.JOB,
    exchange.archive.work.JOB,
    exchange.exports.lists.JOB,
    exchange.imports.drafts.JOB,
    meetings.services.recounting.JOB,
    privacy.services.erasure_job.JOB,
    privacy.exports.package.JOB,
    privacy.services.search_job.JOB,
    reports.exports.rows.JOB,
    reports.exports.job.JOB,
    reviews.exports.file_job.JOB,
    reviews.services.freezing_job.JOB,
)
reminders.models.subjects.SUBJECTS.fill(
    *practices.reminders.SUBJECTS,
    *plans.reminders.SUBJECTS,
    *publishing.reminders.SUBJECTS,
    *privacy.reminders.SUBJECTS,
    *reports.reminders.SUBJECTS,
    *incidents.reminders.SUBJECTS,
    *meetings.reminders.SUBJECTS,
)

# --- Districts that are redrawn ------------------------------------------------------------------------

districts.services.followers.ACCESS.fill(
    api.services.keys.follow_redrawn,
    reviews.services.subscriptions.follow_redrawn,
    incidents.services.redrawn_districts.copy_protocols,
    meetings.services.shifts.follow_redrawn,
    accounts.services.users.follow_redrawn,
    accounts.services.views.follow_redrawn,
)
districts.services.followers.ROWS.fill(
    plans.services.redrawn_districts.follow_redrawn,
    incidents.services.redrawn_districts.follow_redrawn,
    meetings.services.redrawn_districts.follow_redrawn,
    contacts.services.redrawn_districts.follow_redrawn,
)
districts.services.followers.COUNTS.fill(
    meetings.services.redrawn_districts.count_redrawn, contacts.services.redrawn_districts.count_redrawn
)
districts.services.followers.RECORDS.fill(
    meetings.services.redrawn_districts.has_records, contacts.services.redrawn_districts.has_records
)
districts.services.followers.SIGNED.fill(reviews.queries.parts.has_signed)

# --- Organisations and contacts ------------------------------------------------------------------------

contacts.services.change_feed.KINDS.fill(  # rows are locked and recorded in this order
    contacts.services.change_feed.ORGANISATIONS,
    contacts.services.change_feed.CONTACTS,
    meetings.services.meetings.MEETINGS,
    meetings.services.follow_ups.FOLLOW_UPS,
    meetings.services.concerns.CONCERNS,
    incidents.services.incidents.INCIDENTS,
    publishing.services.listings.LISTINGS,
    plans.services.plans.PLANS,
)
meetings.services.concerns.KEPT_FROM.fill(incidents.policies.is_excluded_from_concern)
contacts.queries.private_details.TOUCHED.fill(incidents.queries.touched_organisations.touched_now)
contacts.services.organisations.FOLLOWERS.fill(publishing.services.listings.follow_organisations)
contacts.merging.relations.PASSING.fill(incidents.models.CallInProgress)
contacts.merging.services.FOLLOWERS.fill(
    plans.services.goals.end_agreements, publishing.services.listings.end_agreements
)
exchange.imports.meetings.ATTENDANCE_KEPT.fill(privacy.models.RetentionRule.objects.attendance_days)
contacts.models.contact.HIDES_ENDED_ROLES.fill(privacy.models.RetentionRule.objects.hides_ended_roles)

# --- Erasing a person, and what must not be erased -----------------------------------------------------

lib.erasable.ERASERS.fill(privacy.services.erasure_job.erase_at_once)
lib.erasable.FORGETTERS.fill(
    privacy.services.ledger.note_leaving,
    privacy.services.retention_decisions.forget_sentences,
    exchange.imports.forgetting.forget_rows,
    meetings.services.rewriting.keep_headcounts,
    contacts.services.erased_texts.delete_merge_memory,
    accounts.services.held_forms.drop_named,
)
lib.erasable.FILE_FORGETTERS.fill(
    publishing.services.publications.publish_soon, jobs.services.jobs.forget_files
)
lib.erasable.WRITERS.fill(
    *texts(accounts.models.QueuedMail),
    *whole_rows(accounts.models.SentForm),
    Writer(accounts.models.SavedView, accounts.services.views.forget_named),
    *texts(api.models.ApiKey, api.models.BulkAgreement, api.models.KeyWarning, api.models.Webhook),
    *whole_rows(api.models.IdempotentRequest),
    Writer(audit.models.Event, audit.services.remove_named_recipients),
    Writer(audit.models.Reason, audit.services.remove_named_reasons),
    *contacts.services.erased_texts.WRITERS,
    *texts(contacts.models.ImportedFields),
    *texts(districts.models.ExpectedCommunity, districts.models.PeriodNote),
    *exchange.imports.forgetting.WRITERS,
    *incidents.services.erased_texts.WRITERS,
    Writer(jobs.models.Job, jobs.services.jobs.delete_named_files),
    *whole_rows(jobs.models.JobFile),
    *meetings.services.rewriting.WRITERS,
    *texts(oversight.models.Alert, oversight.models.WatchedRecord),
    *plans.services.plans.WRITERS,
    *texts(plans.models.City, plans.models.Evidence, plans.models.Partner),  # no other system reads them
    # Received, sent or frozen.
    *texts(plans.models.CityFile, plans.models.ComparisonFile, plans.models.IndicatorValue, fixed={}),
    *texts(plans.models.PlanReview, fixed={"signed_at__isnull": False}),
    *texts(plans.models.PlanVoice, fixed={"review__signed_at__isnull": False}),
    *practices.services.rewriting.WRITERS,
    *privacy.services.erasure_job.desk_writers(),
    Writer(publishing.models.PublicListing, publishing.services.listings.rewrite_listings),
    Writer(publishing.models.Registration, publishing.services.registrations.forget_registrants),
    *texts(
        publishing.models.EntryTranslation,
        publishing.models.PublicDistrict,
        publishing.models.PublicEntry,
        publishing.models.PublicMeeting,
        publishing.models.PublicText,
        publishing.models.ReportingRoute,
    ),
    *texts(publishing.models.CouncilPaper, fixed={}),  # released
    *texts(reminders.models.Reminder),
    # Signed audits, frozen figures and addenda never change.
    *texts(reviews.models.Review, fixed={"signed_at__isnull": False}),
    *texts(
        reviews.models.ActionCheck,
        reviews.models.AgreedAction,
        reviews.models.FigureComment,
        reviews.models.RungOrganisation,
        reviews.models.SampledMeeting,
        fixed={"review__signed_at__isnull": False},
    ),
    *texts(reviews.models.Addendum, reviews.models.FrozenFigure, fixed={}),
    *texts(reviews.models.Delivery),
    *whole_rows(reviews.models.KeptName),
)
lib.freezing.CHECKS.fill(privacy.services.freezing.refuse_frozen)
lib.freezing.TEXT_CHECKS.fill(privacy.services.hiding.refuse_replacing)

# --- Answers to data requests --------------------------------------------------------------------------

privacy.exports.organisation.LISTINGS.fill(publishing.models.PublicListing.objects.in_force_of)
privacy.queries.recipients.KEY_NAMES.fill(
    privacy.queries.recipients.KeyNames(
        api.models.ApiKey.objects.names_by_id, active=api.models.ApiKey.objects.active_names
    )
)

# --- Archives, signed records and other cities ---------------------------------------------------------

exchange.archive.parts.PARTS.fill(  # archives are read in this order
    *exchange.archive.parts.OWN_PARTS,
    *practices.archive.PARTS,
    *plans.archive.PARTS,
    *publishing.archive.PARTS,
    *reviews.archive.PARTS,
    *privacy.archive.PARTS,
    *incidents.archive.PARTS,
)
audit.services.verifying.CHECKS.fill(
    reviews.queries.verification.verify_reviews, reports.queries.verification.verify_kept_figures
)
lib.city_keys.SOURCES.fill(
    practices.services.offered_files.keys_of_practices, plans.services.cities.keys_of_cities
)

# --- The public site -----------------------------------------------------------------------------------

publishing.queries.comparison_tables.SOURCES.fill(plans.services.comparison.tables_of_files)
publishing.site.plans.READERS.fill(plans.queries.public_plans.public_plans)
