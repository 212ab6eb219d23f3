"""Hashes of other systems' IDs of erased contacts."""

from django.db import models


class ErasedId(models.Model):
    """A keyed hash of (source, external ID), so that no other system can add an erased contact again.

    The hash identifies no one. It only shows whether a submitted ID was that of an erased contact.
    """

    digest = models.BinaryField(max_length=32, primary_key=True)
    erased_on = models.DateField()
