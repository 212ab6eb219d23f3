"""Of answered requests ids and versions are kept, not the answers, which are of people too.

Safe beside the version before: it takes a row without a status for a request that still runs, and says so.
Rows that it answers after this has run are taken over by the new version.
"""

import json
from datetime import timedelta

from django.db import migrations, transaction

KEPT = timedelta(hours=48)
BATCH = 500


def forget_bodies(apps, schema_editor):
    rows = apps.get_model("api", "IdempotentRequest").objects.using(schema_editor.connection.alias)
    while True:
        with transaction.atomic(using=schema_editor.connection.alias):
            batch = list(rows.select_for_update().filter(status__isnull=False)[:BATCH])
            for row in batch:
                row.answer = {"status": row.status, **_kept(json.loads(bytes(row.body)))}
                row.status, row.body, row.headers = None, b"", {}
                row.lease_until = row.created_at + KEPT
                row.save(update_fields=["answer", "status", "body", "headers", "lease_until"])
        if len(batch) < BATCH:
            return


def _kept(body):
    if "results" in body:
        return {"results": [_result(one) for one in body["results"]]}
    return {"id": body["id"], "version": body["version"]}


def _result(result):
    if "id" in result:
        return {name: result[name] for name in ("status", "id", "version")}
    errors = [{"pointer": _pointer(one), "code": one["code"]} for one in result.get("errors", ())]
    return {"status": result["status"], "code": result["code"], **({"errors": errors} if errors else {})}


def _pointer(error):
    return error["pointer"].rpartition("/")[0] if error["code"] == "unknown" else error["pointer"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("api", "0007_idempotent_answers")]

    operations = [
        # Nothing brings the answers back: without `answer` such a row is a request that runs until it is old.
        migrations.RunPython(forget_bodies, migrations.RunPython.noop),
    ]
