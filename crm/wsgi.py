"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from crm.chunks import buffer_chunked_body
from crm.processes import WEB
from crm.required_settings import refuse_to_start
from crm.reserved_threads import gated
from crm.serving import threads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
wsgi = get_wsgi_application()
refuse_to_start([WEB])
application = gated(buffer_chunked_body(wsgi), limit=threads - 2)
get_resolver().reverse_dict  # noqa: B018 (imports every view now, in the process that gunicorn forks)
