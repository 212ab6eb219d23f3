"""The day on which each closed plan was closed: that of its last change of status, or of its last change."""

from typing import Any

from django.db import migrations
from django.utils import timezone


def name_days(apps: Any, _schema_editor: Any) -> None:
    changes = apps.get_model("audit", "Change").objects.filter(object_type="plan", op="updated")
    for plan in apps.get_model("plans", "Plan").objects.filter(status="closed", closed_on=None):
        closings = changes.filter(object_id=plan.pk, event__field_names__contains=["status"])
        moment = closings.order_by("-at").values_list("at", flat=True).first() or plan.updated_at
        plan.closed_on = timezone.localtime(moment).date()
        plan.save(update_fields=["closed_on"])


class Migration(migrations.Migration):
    dependencies = [("plans", "0007_closed_on"), ("audit", "0020_pruned")]

    operations = [migrations.RunPython(name_days, migrations.RunPython.noop)]
