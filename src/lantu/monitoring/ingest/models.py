"""How far the stream has been stored."""

from django.db import models


class IngestOffset(models.Model):
    """Position of one partition: written in the transaction of the batch, compared and set, so it is the fence too.

    ``stream_created_at`` and ``message_at`` show when a stream was made anew or lost its tail.
    """

    partition = models.CharField(max_length=20, primary_key=True)
    seq = models.BigIntegerField(default=0)
    stream_created_at = models.DateTimeField(null=True)
    message_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    messages = models.BigIntegerField(default=0)
    readings = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.partition}@{self.seq}"
