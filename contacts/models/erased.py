"""IDs that other systems had for people who were erased."""

from django.db import models


class ErasedId(models.Model):
    """A keyed hash of (source, external ID): no tool enters an erased person again by its next run.

    The hash names nobody. It only answers whether an ID that somebody sends was that of an erased person.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    erased_on = models.DateField()
