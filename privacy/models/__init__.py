from privacy.models.breach import Breach, BreachPhase
from privacy.models.erasure import Erasure
from privacy.models.finding import Finding
from privacy.models.hidden_text import HiddenText
from privacy.models.ledger import LedgerEntry
from privacy.models.notice import Notice
from privacy.models.number_series import NumberSeries
from privacy.models.package import Package
from privacy.models.register import RegisterState, RegisterText
from privacy.models.request import DataRequest
from privacy.models.restriction import Restriction
from privacy.models.retention_decision import RetentionDecision
from privacy.models.retention_rule import PendingRule, RetentionRule

__all__ = [
    "Breach",
    "BreachPhase",
    "DataRequest",
    "Erasure",
    "Finding",
    "HiddenText",
    "LedgerEntry",
    "Notice",
    "NumberSeries",
    "Package",
    "PendingRule",
    "RegisterState",
    "RegisterText",
    "Restriction",
    "RetentionDecision",
    "RetentionRule",
]
