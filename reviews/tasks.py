"""Sending reports in the background: safe to run twice at once, or again."""

from celery import shared_task

from reviews.services.subscriptions import SEND, send_reports


@shared_task(name=SEND)
def send_subscribed_reports() -> int:
    return send_reports()
