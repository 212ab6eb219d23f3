"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from crm.chunks import measured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = measured(get_wsgi_application())
