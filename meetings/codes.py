"""Code lists of meetings, follow-ups and concerns. A code is retired, never deleted."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings import rules


class MeetingKind(models.TextChoices):
    FOOT_PATROL = "foot_patrol", _("on foot patrol")
    DROP_IN = "drop_in", _("drop-in")
    VISIT = "visit", _("visit")
    PHONE = "phone", _("phone call")
    EMAIL = "email", _("email")
    MESSAGE = "message", _("message")
    VIDEO = "video", _("video call")
    PARTNERSHIP_MEETING = "partnership_meeting", _("partnership meeting")
    KEY_INDIVIDUALS_MEETING = "key_individuals_meeting", _("meeting with key individuals")
    PUBLIC_MEETING = "public_meeting", _("public meeting")
    ADVISORY_GROUP = "advisory_group", _("advisory group")
    TRAINING = "training", _("training")
    MUTUAL_LEARNING_WORKSHOP = "mutual_learning_workshop", _("mutual learning workshop")
    SCHOOL_SESSION = "school_session", _("school session")
    COMMUNITY_EVENT = "community_event", _("community event")
    REASSURANCE_VISIT = "reassurance_visit", _("reassurance visit")
    MEDIATION = "mediation", _("mediation")
    REPORTING_SESSION = "reporting_session", _("reporting session")


class TimePrecision(models.TextChoices):
    """Known part of a meeting's start. Except for a minute, the clock of `starts_at` means nothing."""

    MINUTE = "minute", _("exact time")
    MORNING = "morning", _("morning")
    MIDDAY = "midday", _("midday")
    AFTERNOON = "afternoon", _("afternoon")
    EVENING = "evening", _("evening")
    NIGHT = "night", _("night")
    DAY = "day", _("time not known")


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")
    NOT_REACHED = "not_reached", _("not reached")


class Level(models.TextChoices):
    """IAP2's spectrum of participation; each is legitimate for its purpose."""

    INFORM = "inform", _("inform")
    CONSULT = "consult", _("consult")
    INVOLVE = "involve", _("involve")
    COLLABORATE = "collaborate", _("collaborate")
    EMPOWER = "empower", _("empower")


class Initiator(models.TextChoices):
    POLICE = "police", _("police")
    COMMUNITY = "community", _("community")


class Attendance(models.TextChoices):
    INVITED = "invited", _("invited")
    ATTENDED = "attended", _("attended")
    APOLOGIES = "apologies", _("sent apologies")


class Outcome(models.TextChoices):
    INFORMATION_SHARED = rules.INFORMATION_SHARED, _("information shared")
    CONCERN_RAISED = rules.CONCERN_RAISED, _("concern raised")
    CONCERN_RESOLVED = "concern_resolved", _("concern resolved")
    PRIORITY_AGREED = "priority_agreed", _("priority agreed")
    ACTION_AGREED = rules.ACTION_AGREED, _("action agreed")
    JOINT_ACTIVITY_AGREED = "joint_activity_agreed", _("joint activity agreed")
    REPORT_FACILITATED = "report_facilitated", _("helped to report an incident")
    REFERRAL_MADE = "referral_made", _("referral made")
    INTRODUCTION_MADE = "introduction_made", _("introduction made")
    FEEDBACK_GIVEN = "feedback_given", _("feedback given")
    REASSURANCE_GIVEN = "reassurance_given", _("reassurance given")
    ADVICE_RECEIVED = "advice_received", _("advice received")
    NO_CHANGE = rules.NO_CHANGE, _("nothing new")
    DECLINED = rules.DECLINED, _("declined to talk")
    RELATIONSHIP_PAUSED = rules.RELATIONSHIP_PAUSED, _("relationship paused")


class FollowUpKind(models.TextChoices):
    CALL_BACK = "call_back", _("call back")
    SEND_INFORMATION = "send_information", _("send information")
    VISIT = "visit", _("visit")
    REASSURANCE_PATROL = "reassurance_patrol", _("reassurance patrol")
    ARRANGE_MEETING = "arrange_meeting", _("arrange a meeting")
    REPORT_BACK = "report_back", _("report back")
    REFER_VICTIM_SUPPORT = "refer_victim_support", _("refer to victim support")
    REFER_MUNICIPAL = "refer_municipal", _("refer to a municipal service")
    PASS_TO_INVESTIGATION = "pass_to_investigation", _("pass to investigation")
    PROBLEM_SOLVING = "problem_solving", _("problem solving")
    JOINT_ACTIVITY = "joint_activity", _("joint activity")
    TRANSLATE_ACCESSIBLE = "translate_accessible", _("translate or make accessible")
    VERIFY_DETAILS = "verify_details", _("check details")
    GIVE_NOTICE = "give_notice", _("give the privacy notice")
    RECORD_AGREEMENT = "record_agreement", _("record an agreement")
    ESCALATE = "escalate", _("escalate")
    TRY_OUT = "try_out", _("try out")
    OTHER = "other", _("other")


class FollowUpStatus(models.TextChoices):
    OPEN = "open", _("open")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class ConcernKind(models.TextChoices):
    """Tension and rumour are about events, never about a group."""

    HATE_CRIME_REPORTED = "hate_crime_reported", _("reported hate crime")
    HATE_INCIDENT = "hate_incident", _("hate incident")
    HATE_SPEECH_OFFLINE = "hate_speech_offline", _("hate speech")
    HATE_SPEECH_ONLINE = "hate_speech_online", _("hate speech online")
    THREAT = "threat", _("threat")
    HARASSMENT = "harassment", _("harassment")
    ASSAULT = "assault", _("assault")
    PROPERTY_DAMAGE = "property_damage", _("damage to property")
    ATTACK_ON_COMMUNITY_SITE = "attack_on_community_site", _("attack on a community site")
    GRAFFITI_SYMBOL = "graffiti_symbol", _("graffiti or symbol")
    DISCRIMINATION = "discrimination", _("discrimination")
    TENSION = "tension", _("tension around an event")
    RUMOUR = "rumour", _("rumour about an event")
    FEAR_OF_CRIME = "fear_of_crime", _("fear of crime")
    ANTISOCIAL_BEHAVIOUR = "antisocial_behaviour", _("antisocial behaviour")
    EVENT_SECURITY = "event_security", _("event security")
    BULLYING = "bullying", _("bullying")
    REPORTING_BARRIER = "reporting_barrier", _("barrier to reporting")
    VICTIM_NEED = "victim_need", _("victim support need")
    OTHER = "other", _("other")


class BiasGround(models.TextChoices):
    """ODIHR's grounds, then local ones."""

    RACIST_XENOPHOBIC = "racist_xenophobic", _("racist or xenophobic")
    ANTI_BLACK = "anti_black", _("anti-Black")
    ANTI_ROMA = "anti_roma", _("anti-Roma")
    ANTISEMITIC = "antisemitic", _("antisemitic")
    ANTI_MUSLIM = "anti_muslim", _("anti-Muslim")
    ANTI_CHRISTIAN = "anti_christian", _("anti-Christian")
    OTHER_RELIGION_BELIEF = "other_religion_belief", _("against another religion or belief")
    GENDER_BASED = "gender_based", _("gender-based")
    ANTI_LGBTI = "anti_lgbti", _("anti-LGBTI")
    ANTI_TRANS = "anti_trans", _("anti-trans")
    DISABILITY = "disability", _("disability")
    POVERTY = "poverty", _("poverty")
    IDEOLOGY = "ideology", _("ideology")
    LANGUAGE = "language", _("language")
    AGE = "age", _("age")
    UNKNOWN = rules.UNKNOWN, _("not known yet")
    NONE = rules.NONE, _("none")


class BiasIndicator(models.TextChoices):
    VICTIM_PERCEPTION = "victim_perception", _("victim’s perception")
    WITNESS_PERCEPTION = "witness_perception", _("witness’s perception")
    WORDS_GESTURES = "words_gestures", _("words or gestures")
    SYMBOLS = "symbols", _("symbols")
    LOCATION_TIMING = "location_timing", _("location or timing")
    GROUP_DIFFERENCE = "group_difference", _("victim and suspect from different groups")
    HATE_GROUP = "hate_group", _("an organised hate group")
    PATTERN = "pattern", _("a pattern of incidents")
    BRUTALITY = "brutality", _("unusual brutality")
    NO_OTHER_MOTIVE = "no_other_motive", _("no other motive")


class Perceiver(models.TextChoices):
    VICTIM = "victim", _("victim")
    WITNESS = "witness", _("witness")
    OFFICER = "officer", _("officer")
    ORGANISATION = "organisation", _("organisation")
    OTHER = "other", _("someone else")


class PlaceKind(models.TextChoices):
    """The kind of the affected place: of an organisation, or another place."""

    ORGANISATION = "organisation", _("an organisation’s place or event")
    BUSINESS = "business", _("a shop or business")
    PUBLIC_PLACE = "public_place", _("a street or public place")
    HOME = "home", _("a home")
    OTHER = "other", _("another place")


class ConcernStatus(models.TextChoices):
    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class ReassuranceAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
