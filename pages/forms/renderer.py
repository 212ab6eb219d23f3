"""Form rendering: Django's renderer with the templates in `templates/forms` and `django/forms`."""

from django.forms.renderers import TemplatesSetting


class PageFormRenderer(TemplatesSetting):
    """`{{ form }}` starts with the error summary. `{{ form.name.as_field_group }}` is one field."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
