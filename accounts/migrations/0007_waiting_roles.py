"""Roles that wait for a privacy officer wait among the requests from now on; who asked is not known."""

from django.db import migrations


def move(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    request = apps.get_model("accounts", "AccountRequest")
    waiting = user.objects.exclude(asked_role="").exclude(
        requests__kind="role", requests__decided_at__isnull=True
    )
    request.objects.bulk_create(
        [request(user_id=pk, kind="role") for pk in waiting.values_list("pk", flat=True)]
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_second_person")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
