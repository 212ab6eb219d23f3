"""The WSGI application of the public process, which gunicorn serves on a port of its own."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "crm.public_settings"

from django.core.wsgi import get_wsgi_application

from crm.chunks import buffer_chunked_body
from crm.reserved_threads import gated
from crm.serving import threads

application = gated(buffer_chunked_body(get_wsgi_application()), limit=threads - 2)
