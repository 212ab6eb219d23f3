"""Background tasks. They may run repeatedly or concurrently, because their state is in the rows."""

from celery import shared_task

from accounts.services.browser_reports import forget_reports
from accounts.services.sent_forms import forget_sent_forms
from api.http.idempotency import forget_old_requests
from api.services.deliveries import SEND, forget_old_deliveries, make_deliveries
from api.services.key_warnings import WARN, warn_of_ends
from api.services.limits import forget_reads_by_keys
from api.services.sending import send_due
from disclosure.services.limits import forget_old_reads


@shared_task(name=SEND)
def send_webhooks() -> int:
    make_deliveries()
    return send_due()


@shared_task(name="api.forget_old")
def forget_old() -> int:
    rows_of_api = forget_old_requests() + forget_old_deliveries() + forget_reads_by_keys()
    return rows_of_api + forget_old_reads() + forget_sent_forms() + forget_reports()


@shared_task(name=WARN)
def warn_of_keys_that_end() -> int:
    return warn_of_ends()
