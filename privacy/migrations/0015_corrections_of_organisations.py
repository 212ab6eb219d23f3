"""An organisation's record is corrected by a day after the organisation said that it is wrong."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0014_validate_findings")]

    operations = [
        migrations.AddField(
            "datarequest", "correct_by", models.DateField(editable=False, null=True, verbose_name="correct by")
        ),
        migrations.AddField(
            "datarequest",
            "corrected_on",
            models.DateField(editable=False, null=True, verbose_name="corrected on"),
        ),
        AddConstraintNotValid(
            "datarequest",
            models.CheckConstraint(
                condition=models.Q(correct_by__isnull=True)
                | models.Q(kind="organisation_copy", status="answered"),
                name="data_request_corrected_after_its_answer",
                violation_error_message="Answer the request of the organisation first.",
            ),
        ),
    ]
