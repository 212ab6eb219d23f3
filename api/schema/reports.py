"""The operation `/reports/{slug}/`, generated from the catalogue of reports."""

from typing import Any, Final

from api.reports import BY_SLUG, COMPARED, COMPARISONS, VINTAGES
from api.schema import answers
from api.schema.parameters import BOOLEAN, CODES, query
from reports.figures.observations import ValueStatus
from reports.models import Why
from reports.queries.questions import By
from reports.queries.statuses import MEANINGS, Status

Json = dict[str, Any]

NUMBER: Final[Json] = {"type": ["number", "null"]}
DAY: Final[Json] = {"type": "string", "format": "date"}
URL: Final[Json] = {"type": ["string", "null"], "format": "uri"}
CODE: Final[Json] = {"type": "string"}
_TYPES: Final[dict[str, Json]] = {
    "count": {"type": ["integer", "null"]},
    "text": {"type": ["string", "null"]},
}

_INTERVAL: Final = (
    "{end} end of the 95% interval of `ratio` (Wilson). Null if the figure is not a share or is the "
    "state at one moment, or if `of` is below 30."
)

EXAMPLE: Final[Json] = {
    "report": "reassurance",
    "from": "2026-07-01",
    "to": "2026-10-01",
    "counted_to": "2026-10-01",
    "status": "revised",
    "recorded_since": None,
    "compared_with": {"from": "2026-04-01", "to": "2026-07-01"},
    "comparable": True,
    "by": "district",
    "as_of": "2026-11-24T13:05:00+00:00",
    "generated_at": "2026-11-24T13:05:00+00:00",
    "rows": [
        {
            "district": "N1",
            "n": 3,
            "of": 4,
            "ratio": 0.75,
            "interval_low": None,
            "interval_high": None,
            "accepted": 2,
            "declined": 1,
            "later": 1,
            "in_time": 0,
            "entered_late": 0,
            "compared_n": 0,
            "compared_of": 0,
            "compared_ratio": None,
            "compared_interval_low": None,
            "compared_interval_high": None,
            "compared_accepted": 0,
            "compared_declined": 0,
            "compared_later": 0,
            "compared_in_time": 0,
            "compared_entered_late": 0,
            "indicator": "reassurance",
            "from": "2026-07-01",
            "to": "2026-10-01",
            "counted_to": "2026-10-01",
            "unit": "ratio",
            "value": None,
            "value_status": "too_few",
            "definition_version": 2,
            "status": "revised",
            "as_of": "2026-11-13T02:10:00+00:00",
            "vintage": 2,
            "kept_at": "2026-11-13T02:10:00+00:00",
            "kept_reason": "revised",
            "first_published_n": 2,
            "first_published_of": 4,
            "incomplete_n": None,
            "incomplete_of": None,
            "late_entry_n": 0,
            "late_entry_of": 4,
            "rows_url": "https://crm.city.example/api/v1/concerns/?district=N1&received_after=2026-07-01"
            "&received_before=2026-10-01&bias=true&reassured_in_24h=true",
        }
    ],
}
CSV_EXAMPLE: Final = (
    "district,n,of,ratio,interval_low,interval_high,by_police,not_stated,indicator,from,to,counted_to,unit,"
    "value,value_status,definition_version,status,as_of,vintage,kept_at,kept_reason,first_published_n,"
    "first_published_of,incomplete_n,incomplete_of,late_entry_n,late_entry_of,rows_url\r\n"
    "N1,4,10,0.4,,,5,1,reciprocity,2026-07-01,2026-10-01,2026-10-01,ratio,,too_few,1,final,"
    "2026-10-31T02:10:00+00:00,1,2026-10-31T02:10:00+00:00,final,4,10,1,10,,,"
    "https://crm.city.example/api/v1/meetings/?district=N1&status=held"
    "&initiated_by=community&starts_after=2026-07-01&starts_before=2026-10-01\r\n"
)


def parameters() -> list[Json]:
    slug_schema = {"type": "string", "enum": list(BY_SLUG)}
    formulas = "\n".join(f"- `{slug}`: {report.formula}" for slug, report in BY_SLUG.items())
    return [
        {"name": "slug", "in": "path", "required": True, "schema": slug_schema, "description": formulas},
        _required_day(
            "from",
            "The first day, in the city's time zone. A future day is rejected: 400 `period_in_future`.",
            "2026-07-01",
        ),
        _required_day("to", "The day after the last day (exclusive).", "2026-10-01"),
        query(
            "by",
            {"type": "string", "enum": [way.value for way in By], "default": By.DISTRICT.value},
            (
                "What each row represents. `kind` is the kind of the counted organisation, follow-up, "
                "meeting or concern."
            ),
        ),
        query(
            "district",
            CODES,
            (
                "Comma-separated district codes. Each includes all districts within it. Default: all "
                "districts of the key."
            ),
        ),
        query(
            "compare",
            {"type": "string", "enum": list(COMPARISONS)},
            f"Adds the earlier figures as `{COMPARED}…` fields.",
        ),
        query(
            "vintages",
            {"type": "string", "enum": list(VINTAGES), "default": VINTAGES[0]},
            "`all` returns a row for each vintage of a kept figure, oldest first, not only for the newest. "
            "Vintage 0 is a state as it was known on the night after the period.",
        ),
        query("all_kinds", BOOLEAN, "Count partners and culture and sport as well."),
        query(
            "rest",
            BOOLEAN,
            "Only with `by=district`, for a district and its parts. Adds a row for records in no part, and a "
            "negative row for records in several parts, so that the parts add up to the district.",
        ),
    ]


def responses(row: Json) -> Json:
    """Return the JSON and CSV responses. `row` is a reference to the schema that `row()` returns."""
    properties: Json = {
        "report": {"type": "string", "enum": list(BY_SLUG)},
        "from": DAY,
        "to": DAY,
        "counted_to": {
            **DAY,
            "description": "`to`, or the day after `as_of` if the period is still running.",
        },
        "status": {
            "type": "string",
            "enum": Status.values,
            "description": " ".join(f"`{status}`: {text}" for status, text in MEANINGS.items()),
        },
        "recorded_since": {
            "type": ["string", "null"],
            "format": "date",
            "description": "The first day of recorded history. Earlier states are reconstructed from the "
            "data of that day. Null if no period begins before it.",
        },
        "compared_with": {"type": "object", "properties": {"from": DAY, "to": DAY}},
        "comparable": {
            "type": "boolean",
            "description": "Only with `compare`. False while the period is running, unless the figure is the "
            "state at one moment.",
        },
        "by": {"type": "string", "enum": [way.value for way in By]},
        "as_of": {"type": "string", "format": "date-time"},
        "generated_at": {"type": "string", "format": "date-time"},
        "rows": {"type": "array", "items": row},
    }
    schema: Json = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in ("compared_with", "comparable")],
    }
    response = answers.success("The figures.", schema)
    response["content"]["application/json"]["example"] = EXAMPLE
    response["content"]["text/csv"] = {"schema": {"type": "string"}, "example": CSV_EXAMPLE}
    return {"200": response}


def row() -> Json:
    """Return the schema of a row, with the columns of all reports. A response has those of its report."""
    properties: Json = {way.value: {**CODE, "description": f"Only with `by={way.value}`."} for way in By}
    properties[By.DISTRICT.value] |= {"type": ["string", "null"], "examples": ["N1"]}
    properties[By.FOCUS.value] |= {"examples": ["lgbti"]}
    properties[By.KIND.value] |= {"examples": ["ngo"]}
    properties |= {
        "n": {"type": "number", "description": "Numerator of the figure.", "examples": [3]},
        "of": {"type": "number", "description": "Denominator of the figure.", "examples": [4]},
        "ratio": {**NUMBER, "description": "n ÷ of. Null if `of` is 0.", "examples": [0.75]},
        "interval_low": {**NUMBER, "description": _INTERVAL.format(end="Lower")},
        "interval_high": {**NUMBER, "description": _INTERVAL.format(end="Upper")},
    }
    for slug, report in BY_SLUG.items():
        for column in report.columns:
            column_schema = properties.setdefault(
                column.name, {**_TYPES.get(column.unit, NUMBER), "description": ""}
            )
            column_text = f"{slug}: {column.label} ({column.unit.replace('_', ' ')})."
            column_schema["description"] = f"{column_schema['description']} {column_text}".strip()
    figure_schemas = {
        name: schema for name, schema in properties.items() if name not in {way.value for way in By}
    }
    for name, figure_schema in figure_schemas.items():
        earlier_type = (
            figure_schema["type"]
            if isinstance(figure_schema["type"], list)
            else [figure_schema["type"], "null"]
        )
        properties[f"{COMPARED}{name}"] = {
            "type": earlier_type,
            "description": f"Only with `compare`: `{name}` of the earlier period.",
        }
    properties["rest"] = {
        "type": ["string", "null"],
        "enum": ["no_part", "several_parts", None],
        "description": "Only with `rest`. Set if the row is for records in no part or in several parts. Then "
        "`district` is null.",
    }
    properties |= _description()
    properties["rows_url"] = {
        **URL,
        "description": "URL of the list of exactly the n counted objects, or null if no list has them.",
        "examples": ["https://crm.city.example/api/v1/concerns/?district=N1"],
    }
    return {
        "type": "object",
        "description": f"One figure. `{COMPARED}…` fields appear only with `compare`.",
        "properties": properties,
        "required": ["n", "of", "ratio", "rows_url"],
    }


def _description() -> Json:
    """Return the schemas of the values that say what a figure is and how it was counted."""
    moment = {"type": ["string", "null"], "format": "date-time"}
    properties: Json = {
        "indicator": {**CODE, "x-extensible-enum": list(BY_SLUG), "description": "The slug of the report."},
        "from": {**DAY, "description": "The first day of the period."},
        "to": {**DAY, "description": "The day after the last day of the period."},
        "counted_to": {**DAY, "description": "`to`, or tomorrow if the period is still running."},
        "unit": {
            **CODE,
            "x-extensible-enum": ["ratio", "days", "minutes", "count", "per_week"],
            "description": "The unit of `value`.",
        },
        "value": {
            **NUMBER,
            "description": "The number that pages show. Null if `value_status` is not `available`.",
        },
        "value_status": {
            **CODE,
            "x-extensible-enum": ValueStatus.values,
            "description": "`available`: `value` has a number. `too_few`: the figure is a share and `of` is "
            "below 30. `nothing_to_count`: nothing was counted. `distribution`: the numbers are in other "
            "columns.",
        },
        "definition_version": {
            "type": "integer",
            "minimum": 1,
            "description": "The version of the definition that counted the figure.",
        },
        "status": {
            **CODE,
            "x-extensible-enum": Status.values,
            "description": "The status of this figure, with the same codes as the status of the answer.",
        },
        "as_of": {"type": "string", "format": "date-time", "description": "When the figure was counted."},
        "vintage": {
            "type": ["integer", "null"],
            "minimum": 0,
            "description": "1 when the figure became final, more when it was revised. 0 is a state as it was "
            "known on the night after the period. Null if it is counted from the records, as all figures are "
            "until they are final.",
        },
        "kept_at": {**moment, "description": "When this vintage was kept."},
        "kept_reason": {
            "type": ["string", "null"],
            "x-extensible-enum": Why.values,
            "description": "Why this vintage was kept.",
        },
    }
    for name in ("n", "of"):
        properties[f"first_published_{name}"] = {
            **NUMBER,
            "description": f"`{name}` of the first vintage, which never changes.",
        }
    for name, lacks in (
        ("incomplete", "lack what the figure needs, such as a level or an initiator"),
        ("late_entry", "were entered late"),
    ):
        properties[f"{name}_n"] = {**NUMBER, "description": f"The number of records that {lacks}."}
        properties[f"{name}_of"] = {
            **NUMBER,
            "description": f"The number of records of which `{name}_n` is a part. Null if the report has "
            "none.",
        }
    return properties


def _required_day(name: str, description: str, example: str) -> Json:
    return {**query(name, DAY, description), "required": True, "example": example}
