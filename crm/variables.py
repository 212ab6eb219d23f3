"""The complete list of environment variables. `python -m crm.variables` writes it into docs/operations.md.

A test compares the list with crm/settings.py and docker-compose.yml.
"""

import sys
from pathlib import Path
from typing import Final, NamedTuple

GUIDE: Final = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
START, END = "<!-- variables: `python -m crm.variables` writes this table -->", "<!-- end of variables -->"


class Variable(NamedTuple):
    """An environment variable.

    `default` is its value as written in `.env`; None: required. `compose`: the reason why docker-compose.yml
    does not pass it on.
    """

    name: str
    text: str
    default: str | None = ""
    compose: str = ""


# Set by docker-compose.yml from the passwords in `.env`, or known to it.
MADE_BY_COMPOSE: Final = "made by compose"

VARIABLES: Final = (
    Variable(
        "SECRET_KEY",
        "signs sessions and links, proves API keys and keeps webhook secrets (“Changing secrets”); "
        '`python3 -c "import secrets; print(secrets.token_urlsafe(64))"`',
        None,
    ),
    Variable("SECRET_KEY_FALLBACKS", "secrets that still count while they are changed, separated by commas"),
    Variable(
        "WATCHDOG_URL",
        "an address outside, called each minute while every part is up; it raises the alarm when the calls "
        "stop (“Monitoring”)",
    ),
    Variable(
        "METRICS_TOKEN", "opens `/metrics` to whoever sends it, and has requests counted; none: neither"
    ),
    Variable("SITE_URL", "what links in e-mails start with", None),
    Variable("ALLOWED_HOSTS", "host names, separated by commas", None),
    Variable(
        "EMAIL_URL",
        "such as `smtp+tls://user:password@mail.city.example:587`; "
        "in user and password write @ as `%40`, # as `%23` and $ as `%24`",
        None,
    ),
    Variable("DEFAULT_FROM_EMAIL", "the sender, such as `Proximity <proximity@city.example>`", None),
    Variable("EMAIL_TIMEOUT", "seconds the mail server may take for each answer (docs/reliability.md)", "10"),
    Variable("CITY_NAME", "the city", "Proximity"),
    Variable("CITY_TIME_ZONE", "where its days begin", "Europe/Madrid"),
    Variable(
        "CONTROL_ROOM",
        "the phone number of the control room, such as `0900`: organisations ring it to check a call, and it "
        "finds an interpreter",
        None,
    ),
    Variable("CITY_PHONE_REGION", "the country of short phone numbers", "ES"),
    Variable(
        "CITY_COUNTRY",
        "the country of the city, such as `ES`; addresses in the public directory need it (docs/hsds.md)",
    ),
    Variable("CITY_REGION", "the region or state of the city; the public directory needs it for addresses"),
    Variable(
        "CITY_KEY_FILE",
        "the key that signs files for other cities (“Files for other cities”); of the worker `work` alone",
    ),
    Variable(
        "WHATSAPP_LINKS",
        "`1` offers WhatsApp for contacts who prefer text messages; WhatsApp learns their number",
        "0",
    ),
    Variable(
        "REGIMES",
        "law under which requests of people about their data are answered: `gdpr`, `led` or `both`",
        "both",
    ),
    Variable("LED_ANSWER_DAYS", "days that police law allows for the answer; national law decides", "30"),
    Variable("COMPLAINTS_BODY_NAME", "who receives complaints about the police", "Ombudsman"),
    Variable("COMPLAINTS_BODY_URL", "and where"),
    Variable(
        "PUBLIC_SITE_FOLDER",
        "a folder where the worker writes the public site (docs/public-site.md); none: nowhere else",
        "",
        "the folder needs a volume of your own",
    ),
    Variable("PUBLIC_SITE_URL", "where the public site is, for programs that read its directory"),
    Variable(
        "PUBLIC_LEAVE_URL", "where “Leave this site” on public pages leads", "https://www.wikipedia.org/"
    ),
    Variable("PUBLIC_EMERGENCY_NUMBER", "the emergency number on public pages", "112"),
    Variable(
        "PUBLIC_DATABASE_URL",
        "the role of the public process, such as `postgres://proximity_public:PASSWORD@HOST/DATABASE`, which "
        "`prepare_database` makes; none: there is no public process",
    ),
    Variable(
        "PUBLIC_EMBED_ORIGINS",
        "sites that may show `/embed/…` in a frame, such as `https://www.city.example`, separated by commas",
    ),
    Variable(
        "PUBLIC_REGISTER_URL",
        "where organisations register, which public pages link to; none: they have a form to print",
    ),
    Variable(
        "RETENTION_ROWS_A_DAY", "how many rows a retention rule removes a day at most (Privacy desk)", "1000"
    ),
    Variable("DEFAULT_LAWFUL_BASIS", "what a new contact starts with", "public_task"),
    Variable("DEFAULT_PURPOSE", "and the purpose", "community_liaison"),
    Variable(
        "SEARCH_FACTS",
        "`1` makes facts and assessments searchable, within minutes (ADR 32)",
        "0",
    ),
    Variable(
        "SANDBOX_URL", "the sandbox that the page for developers leads to (“A sandbox for integrators”)"
    ),
    Variable("SANDBOX", "`1` on the sandbox itself, which holds invented rows only: anybody gets a key", "0"),
    Variable(
        "AUDIT_SIGNING_KEY_FILE",
        "the key that seals the audit trail (“The audit trail's seals”); of the worker alone",
        None,
        "a secret of the worker",
    ),
    Variable(
        "AUDIT_SEAL_FILE",
        "where seals are appended; compose: `/var/lib/proximity/seals/seals.jsonl` in the volume `seals`",
        "",
        "a volume of the worker",
    ),
    Variable(
        "AUDIT_WITNESS_EMAIL",
        "mailboxes that get the newest seal each hour, separated by commas, such as the data protection "
        "officer’s (“Witnesses”)",
    ),
    Variable("AUDIT_WITNESS_URL", "an https address that gets the newest seal each hour as a POST"),
    Variable(
        "AUDIT_WITNESS_FILE",
        "a second file for seals, for example on another host; of the worker `mail`",
        "",
        "the file needs a volume of your own",
    ),
    Variable(
        "ERASURE_LEDGER",
        "where erasures are appended, for `restore`; compose: `/var/lib/proximity/seals/erasures.jsonl` in "
        "the volume `seals`",
        "",
        "a volume of the worker",
    ),
    Variable(
        "FIELD_SECRET",
        "a long random text that wraps the keys of encrypted fields (“Encrypted fields”); during a change "
        "the new one first, separated by commas",
        None,
    ),
    Variable(
        "FIELD_KEYS",
        "the wrapped keys of encrypted fields, from `rewrap_keys --new`; without them nothing starts",
    ),
    Variable(
        "AUDIT_SEARCH_KEY",
        "keys of the hashes of searched words, the current one first, separated by commas; none: made of "
        "`SECRET_KEY`",
    ),
    Variable(
        "TRUSTED_PROXIES",
        "how many proxies add to `X-Forwarded-For` (compose 1): limits on signing in and networks of API "
        "keys go by the address the outermost wrote",
        "0",
    ),
    Variable(
        "REQUIRE_SECOND_FACTOR",
        "`0` waives two-factor authentication for everybody (the demo waives it)",
        "1",
    ),
    Variable("SECOND_FACTOR_FOR_ALL", "`0` waives two-factor authentication for officers only", "1"),
    Variable(
        "SECOND_FACTOR_GRACE_DAYS",
        "for so many days a new account of an officer can be used without two-factor authentication",
        "0",
    ),
    Variable(
        "SESSION_IDLE_MINUTES",
        "a session ends after so many minutes without a request; after ten hours in any case",
        "15",
    ),
    Variable(
        "HSTS_SUBDOMAINS",
        "`1` makes browsers use HTTPS for all hosts below this one for a year, too",
        "0",
    ),
    Variable("HSTS_PRELOAD", "`1` offers the domain to the browsers’ own list; needs `HSTS_SUBDOMAINS`", "0"),
    Variable(
        "SECURITY_CONTACT",
        "where to report a vulnerability, such as `mailto:security@city.example`; published in "
        "`/.well-known/security.txt` (“Reports of vulnerabilities”)",
    ),
    Variable(
        "SECURITY_EXPIRES",
        "the day until which the contact is valid, within a year, such as `2027-06-30`; required with "
        "`SECURITY_CONTACT`",
    ),
    Variable("SECURITY_POLICY_URL", "the city’s own page about reports of vulnerabilities"),
    Variable("OIDC_ISSUER", "the city's own sign-in (OpenID Connect; “Access”)"),
    Variable("OIDC_NAME", "its name on the button", "OpenID"),
    Variable("OIDC_CLIENT_ID", "who the site is there"),
    Variable("OIDC_CLIENT_SECRET", "and how it proves it"),
    Variable(
        "WEBHOOK_ALLOWED_HOSTS",
        "`host:port` of receivers and registers inside the city's network, separated by commas; others must "
        "be public",
    ),
    Variable("WEBHOOK_PORTS", "ports of webhooks and registers, separated by commas", "443"),
    Variable("WEBHOOK_SECONDS", "how long a receiver may take", "15"),
    Variable(
        "JOBS_AT_ONCE",
        "how many imports and exports run at once beside one bulk read of an API key: at least 2 fewer than "
        "there are worker processes for `work` (3)",
        "1",
    ),
    Variable(
        "SESSION_PEOPLE_OFFICER",
        "different contacts a day that an officer reads without a reason, on pages and through the API; with "
        "a reason, twice as many",
        "60",
    ),
    Variable("SESSION_PEOPLE_SUPERVISOR", "the same for supervisors and privacy officers", "200"),
    Variable(
        "ROW_SECURITY",
        "whether the database itself refuses rows that the actor does not see; before `0`, run "
        "`prepare_database` with it (ADR 46)",
        "1",
    ),
    Variable(
        "PASSWORD_RESET_SECONDS",
        "how long asking for a new password takes, for every address alike; only one with an account gets "
        "a mail, so set it above the time your mail server takes",
        "0.5",
    ),
    Variable(
        "REQUEST_SECONDS",
        "how long the head of a request may take to arrive, and its body before at least 4 KB a second are "
        "asked of it",
        "15",
    ),
    Variable(
        "FIGURES_PROVISIONAL_DAYS",
        "how many days after its end the figures of a period are provisional",
        "30",
    ),
    Variable(
        "FIGURES_MEMBERS_YEARS",
        "how many years after a period it is kept which records its figures counted, at least 3; the numbers "
        "stay",
        "3",
    ),
    Variable(
        "FIGURE_LIMITS",
        "limits of figures that are of a moment, separated by commas, such as `cadence=75%,overdue=10`: the "
        "scorecard remarks on a figure that crosses its limit",
    ),
    Variable(
        "TENSION_SCALE",
        "what a national scale calls the levels calm, uneasy, tense and acute: four names separated by "
        "commas, such as `1,2-3,4-5,6`; pages show them beside ours",
    ),
    Variable(
        "DAYS_OFF",
        "days on which only staff on duty work, separated by commas: weekdays and dates, such as "
        "`sat,sun,2026-12-25`. Urgent steps of incidents go to staff on duty until the next working day",
        "sat,sun",
    ),
    Variable("CONN_MAX_AGE", "seconds a database connection is kept", "60"),
    Variable("DATABASE_POOLED", "`1` behind PgBouncer in transaction mode (“Behind PgBouncer”)", "0"),
    Variable("LOG_LEVEL", "what is logged: `DEBUG`, `INFO`, `WARNING` or `ERROR`", "INFO"),
    Variable(
        "DATABASE_URL",
        "the application's role, e.g. `postgres://proximity_app:…@host/proximity`",
        None,
        MADE_BY_COMPOSE,
    ),
    Variable(
        "DATABASE_AUDIT_URL",
        "the role that numbers and seals the audit trail, e.g. `postgres://proximity_audit:…@host/…`; "
        "for `manage.py prepare_database` and `restore`, and the worker",
        None,
        MADE_BY_COMPOSE,
    ),
    Variable(
        "DATABASE_OWNER_URL",
        "the tables' owner; for `manage.py prepare_database`, `backup` and `restore` only",
        None,
        MADE_BY_COMPOSE,
    ),
    Variable("REDIS_URL", "Valkey or Redis", None, MADE_BY_COMPOSE),
    Variable("REDIS_CACHE_URL", "where the cache is another one", "", "compose has one"),
    Variable("CELERY_BROKER_URL", "where the queue is another one", "", "compose has one"),
    Variable("BEHIND_PROXY", "`1` believes the proxy's `X-Forwarded-Proto`", "0", MADE_BY_COMPOSE),
    Variable("CSRF_TRUSTED_ORIGINS", "other origins whose forms are taken", "", MADE_BY_COMPOSE),
    Variable("HTTPS", "`0` only on one's own machine: no redirect, no secure cookies", "1", "always on"),
    Variable(
        "STATIC_FROM_FINDERS",
        "`1` serves static files without `collectstatic`",
        "0",
        "collected in the image",
    ),
    Variable("FONT_CACHE_DIR", "where fonts are unpacked", "", "set by the image"),
    Variable("DEBUG", "`1` only while developing: pages tell what they know", "0", "never in a city"),
    Variable("DEMO", "`1` says everywhere that it is one; `run` sets it", "0", "never in a city"),
    Variable("MAIL_SINK_DIR", "where `run` keeps e-mails that go to nobody", "", "never in a city"),
)

# Read by Compose itself.
COMPOSE_ONLY: Final = (
    Variable("DATABASE_APP_PASSWORD", "the application's, letters and digits", None),
    Variable("DATABASE_AUDIT_PASSWORD", "of who numbers and seals the trail, letters and digits", None),
    Variable("DATABASE_OWNER_PASSWORD", "the tables' owner's, letters and digits", None),
    Variable("VALKEY_PASSWORD", "of Valkey’s administrator, letters and digits", None),
    *(
        Variable(f"VALKEY_{user}_PASSWORD", f"of `{user.lower()}` in Valkey, letters and digits", None)
        for user in ("WEB", "TRAIL", "MAIL", "HOOKS", "WORK", "BEAT")
    ),
    Variable("VALKEY_PUBLIC_PASSWORD", "of the public process in Valkey, letters and digits"),
    Variable("PUBLIC_SECRET_KEY", "the public process’s own (docs/public-site.md)"),
    Variable("PUBLIC_HOSTS", "its host names, separated by commas", "localhost"),
    Variable("PUBLIC_PORT", "where it listens, on 127.0.0.1", "8001"),
    Variable("PORT", "where web listens, on 127.0.0.1", "8000"),
    Variable(
        "POSTGRES_IMAGE",
        "the image of PostgreSQL, by digest for certainty (docs/hardening.md)",
        "postgres:18",
    ),
    Variable("VALKEY_IMAGE", "the image of Valkey", "valkey/valkey:9"),
    Variable("PYTHON_IMAGE", "the image that the application is built on", "python:3.13-slim-trixie"),
    Variable("IMAGE_TAG", "the tag of the application’s own image", "current"),
)


def table() -> str:
    """Return a Markdown table: variables for `.env` first, then those that Compose sets or leaves out."""
    passed = [
        variable
        for variable in VARIABLES
        if not variable.compose or variable.name == "AUDIT_SIGNING_KEY_FILE"
    ]
    other_variables = [variable for variable in VARIABLES if variable not in passed]
    return "\n\n".join(
        [
            _rows([*passed, *COMPOSE_ONLY]),
            f"The last {len(COMPOSE_ONLY)} make other variables, or are for containers only. "
            "The application also reads:",
            _rows(other_variables),
        ]
    )


def _rows(variables: list[Variable]) -> str:
    lines = ["| Variable | What it is |", "|---|---|"]
    for variable in variables:
        name = f"`{variable.name}`" + (" *" if variable.default is None else "")
        lines.append(f"| {name} | {variable.text}{f' ({variable.default})' if variable.default else ''} |")
    return "\n".join(lines)


def with_table(guide: str) -> str:
    """Return the text of the guide with the current table."""
    before, _start, after_start = guide.partition(START)
    _old, _end, after = after_start.partition(END)
    return f"{before}{START}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    GUIDE.write_text(with_table(GUIDE.read_text()))
    sys.stdout.write(f"Written: {GUIDE.name}\n")
