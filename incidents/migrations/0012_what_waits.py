"""Exclusions and drafts that wait for a decision become pending acts, with the week that these have."""

from typing import Any

from django.db import migrations


def wait(apps: Any, _schema_editor: Any) -> None:
    acts = apps.get_model("accounts", "PendingAct").objects
    roots = apps.get_model("districts", "District").objects.filter(parent=None)
    for row in apps.get_model("incidents", "ExclusionRequest").objects.filter(decided_at__isnull=True):
        about = {"kind": "exclusion", "subject": row.pk, "decided_at": None}
        acts.get_or_create(**about, defaults={"asked_by": row.asked_by, "asked_at": row.asked_at})
    for row in apps.get_model("incidents", "Protocol").objects.filter(status="draft"):
        about = {"kind": "protocol", "subject": row.pk, "decided_at": None}
        since = {"asked_by": row.author, "asked_at": row.created_at}
        act, is_new = acts.get_or_create(**about, defaults=since)
        links = apps.get_model("accounts", "ActDistrict").objects
        for district in ([row.district] if row.district else roots) if is_new else ():
            links.create(act=act, district=district)


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0011_exclusion_request_policy"),
        ("accounts", "0017_more_acts"),
        ("districts", "0006_successors"),
    ]

    operations = [migrations.RunPython(wait, migrations.RunPython.noop)]
