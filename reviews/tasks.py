"""Sending reports in the background: safe to run twice at once, or again."""

from celery import shared_task

from reviews.services.subscriptions import send_reports


@shared_task(name="reviews.send_reports")
def send_subscribed_reports() -> int:
    return send_reports()
