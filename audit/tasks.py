"""Work in the background: numbering the trail."""

from celery import shared_task

from audit.publishing import publish


@shared_task(name="audit.publish")
def publish_trail() -> int:
    return publish()
