"""Codes of requests, findings and restrictions. A code is stable; its label is translated."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy.rules import deadlines


class RequestKind(models.TextChoices):
    ACCESS = "access", _("copy of a person’s data")
    RECTIFY = "rectify", _("correction")
    RESTRICT = "restrict", _("restriction")
    OBJECT = "object", _("objection")
    ERASE = "erase", _("erasure")
    PORTABILITY = "portability", _("data to take elsewhere (Article 20)")
    ORGANISATION_COPY = "organisation_copy", _("copy of an organisation’s record")


#: Kinds whose answer contains the data.
COPIES = (RequestKind.ACCESS, RequestKind.PORTABILITY, RequestKind.ORGANISATION_COPY)
#: Kinds that are granted by erasing the person's data.
ERASING_KINDS = (RequestKind.ERASE, RequestKind.OBJECT)


class Regime(models.TextChoices):
    GDPR = deadlines.GDPR, _("data protection law (GDPR)")
    LED = deadlines.LED, _("police law (Directive 2016/680)")


class RequestChannel(models.TextChoices):
    LETTER = "letter", _("letter")
    EMAIL = "email", _("email")
    IN_PERSON = "in_person", _("in person")
    PHONE = "phone", _("phone call")
    AUTHORITY = "authority", _("supervisory authority")
    API = "api", _("another system")


class SharedBy(models.TextChoices):
    """Ways to share data without a file or print."""

    CALL = "call", _("phone call")
    LETTER = "letter", _("letter")
    EMAIL = "email", _("email")
    MEETING = "meeting", _("in person")


class Identity(models.TextChoices):
    """Ways to confirm a person’s identity. No copy or number of a document is stored."""

    NOT_YET = "not_yet", _("not confirmed")
    KNOWN_CHANNEL = "known_channel", _("called or wrote to a personal channel already on record")
    IN_PERSON = "in_person", _("in person")
    EID = "eid", _("electronic identity")
    REPRESENTATIVE = "representative", _("representative with authority")
    AUTHORITY = "authority", _("by the supervisory authority")


class RequestStatus(models.TextChoices):
    OPEN = "open", _("open")
    IDENTITY_ASKED = "identity_asked", _("identity pending")
    SEARCHING = "searching", _("searching")
    DECIDING = "deciding", _("findings to decide")
    ANSWERED = "answered", _("answered")
    WITHDRAWN = "withdrawn", _("no longer requested")


#: Statuses of a request that still needs an answer.
PENDING = (
    RequestStatus.OPEN,
    RequestStatus.IDENTITY_ASKED,
    RequestStatus.SEARCHING,
    RequestStatus.DECIDING,
)


class Decision(models.TextChoices):
    GRANTED = "granted", _("granted")
    PARTLY = "partly", _("granted in part")
    REFUSED = "refused", _("refused")
    NOTHING_HELD = "nothing_held", _("nothing held")


class Ground(models.TextChoices):
    """Grounds to refuse a request or withhold data."""

    THIRD_PARTY_RIGHTS = "third_party_rights", _("rights of another person")
    ONGOING_ENQUIRY = "ongoing_enquiry", _("ongoing enquiry")
    PUBLIC_SECURITY = "public_security", _("public security")
    PROTECTION_OF_OTHERS = "protection_of_others", _("protection of others")
    MANIFESTLY_EXCESSIVE = "manifestly_excessive", _("manifestly excessive request")
    NOT_IDENTIFIED = "not_identified", _("person not identified")
    LEGAL_OBLIGATION = "legal_obligation", _("a law requires us to keep the data (Article 17(3)(b))")
    ARCHIVES = "archives", _("archives, research or statistics in the public interest (Article 17(3)(d))")
    LEGAL_CLAIMS = "legal_claims", _("legal claims (Articles 17(3)(e) and 21(1))")
    COMPELLING = "compelling", _("compelling legitimate grounds (Article 21(1))")
    EVIDENCE = "evidence", _("needed as evidence, so restricted instead (Directive 2016/680, Article 16(3))")


#: Grounds for every kind of request.
_ALWAYS = (
    *(Ground.THIRD_PARTY_RIGHTS, Ground.ONGOING_ENQUIRY, Ground.PUBLIC_SECURITY),
    *(Ground.PROTECTION_OF_OTHERS, Ground.MANIFESTLY_EXCESSIVE, Ground.NOT_IDENTIFIED),
)
#: Further grounds by kind of request, from the law.
_FURTHER = {
    RequestKind.ERASE: (Ground.LEGAL_OBLIGATION, Ground.ARCHIVES, Ground.LEGAL_CLAIMS, Ground.EVIDENCE),
    RequestKind.OBJECT: (Ground.COMPELLING, Ground.LEGAL_CLAIMS, Ground.ARCHIVES, Ground.EVIDENCE),
    RequestKind.RECTIFY: (Ground.EVIDENCE,),
}


def grounds_of(kind: str) -> tuple[Ground, ...]:
    """Return the grounds to refuse a request of this kind, in whole or in part."""
    return (*_ALWAYS, *_FURTHER.get(RequestKind(kind), ()))


class Verdict(models.TextChoices):
    OPEN = "", _("not decided")
    THEIRS = "theirs", _("about this person")
    SOMEBODY_ELSE = "somebody_else", _("about someone else")
    UNSURE = "unsure", _("unsure")


class Matched(models.TextChoices):
    """Kind of match of a finding."""

    EXACT = "exact", _("exact name")
    SIMILAR = "similar", _("similar name")
    PHONE = "phone", _("phone number")
    EMAIL = "email", _("email address")
    LINKED = "linked", _("linked to the contact")


class RestrictionGround(models.TextChoices):
    ACCURACY_CONTESTED = "accuracy_contested", _("the person says that the data is wrong")
    UNLAWFUL_BUT_KEPT = "unlawful_but_kept", _("unlawful, but the person wants it kept")
    NEEDED_BY_PERSON = "needed_by_person", _("the person needs it for a legal claim")
    OBJECTION_PENDING = "objection_pending", _("objection not decided yet")
    EVIDENCE = "evidence", _("needed as evidence")


class Delivery(models.TextChoices):
    """Ways to deliver the answer to the person."""

    LETTER = "letter", _("letter")
    IN_PERSON = "in_person", _("in person")
    ENCRYPTED_EMAIL = "encrypted_email", _("encrypted file by email")
    AUTHORITY = "authority", _("to the supervisory authority")


class NoticeKind(models.TextChoices):
    """Change of data that a notice reports to a recipient."""

    CORRECTED = "corrected", _("corrected")
    RESTRICTED = "restricted", _("restricted")
    ERASED = "erased", _("erased")


class NoticeAnswer(models.TextChoices):
    """Answer of a recipient to a notice."""

    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    NONE = "none", _("no answer")


class RegisterPart(models.TextChoices):
    """Parts of the register that the city writes itself."""

    CONTROLLER = "controller", _("Controller: name and address")
    DPO = "dpo", _("Data protection officer")
    JOINT_CONTROLLERS = "joint_controllers", _("Joint controllers")
    PROCESSORS = "processors", _("Processors, such as the hosting company")
    TRANSFERS = "transfers", _("Transfers to other countries")
    AUTHORITY = "authority", _("Supervisory authority: name and address")
    COURT = "court", _("Court: name and address")


class BreachScenario(models.TextChoices):
    STOLEN_PHONE = "stolen_phone", _("lost or stolen device")
    LOST_EXPORT = "lost_export", _("lost file")
    WRONG_RECIPIENT = "wrong_recipient", _("sent to the wrong recipient")
    ACCOUNT_MISUSED = "account_misused", _("account, key or session misused")
    OTHER = "other", _("other")


class BreachKind(models.TextChoices):
    CONFIDENTIALITY = "confidentiality", _("confidentiality: someone could see the data")
    INTEGRITY = "integrity", _("integrity: data was changed")
    AVAILABILITY = "availability", _("availability: data was lost")


class BreachRisk(models.TextChoices):
    UNLIKELY = "unlikely", _("unlikely: do not tell the authority")
    RISK = "risk", _("risk: tell the authority")
    HIGH = "high", _("high: tell the authority and the people")


class RetentionCode(models.TextChoices):
    """Retention rules that act only after a privacy officer puts them in force."""

    CONTACT = "contact", _("contacts")
    ENDED_ROLE = "ended_role", _("ended roles of contacts")
    ATTENDANCE = "attendance", _("names of contacts who attended meetings")
    MEETING_TEXTS = "meeting_texts", _("notes of meetings")
    CONCERN_TEXTS = "concern_texts", _("facts of concerns")
    FOLLOW_UP_TEXTS = "follow_up_texts", _("texts of follow-ups")
    INCIDENT_TEXTS = "incident_texts", _("notes of incidents")
    DECLARATION = "declaration", _("ended declarations of community")
    REQUEST = "request", _("data requests")
    BREACH_TEXTS = "breach_texts", _("texts of breaches")
    TRAIL = "trail", _("activity log")


class RetentionChoice(models.TextChoices):
    KEEP = "keep", _("kept")
    BLANK = "blank", _("text removed")
    ERASE = "erase", _("erased")


class KeepReason(models.TextChoices):
    """Reasons to keep a record after its period."""

    IN_TOUCH = "in_touch", _("we work with this person or organisation now")
    OPEN_MATTER = "open_matter", _("a follow-up, concern or incident is open")
    ASKED_TO_STAY = "asked_to_stay", _("the person asked to stay on record")
    COMPLAINT = "complaint", _("a complaint or legal claim is pending")
    LAW = "law", _("a law requires it")


class LedgerKind(models.TextChoices):
    """Kinds of ledger lines: each is repeated after a restore."""

    ERASURE = "erasure", _("erasure")
    CORRECTION = "correction", _("correction")
    MARKS = "marks", _("restrictions and opt-outs")
