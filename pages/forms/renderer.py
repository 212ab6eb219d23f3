"""How every form looks: Django's own rendering with the templates of `templates/forms` and `django/forms`."""

from django.forms.renderers import TemplatesSetting


class PageFormRenderer(TemplatesSetting):
    """`{{ form }}` starts with the summary of mistakes; `{{ form.name.as_field_group }}` is one field."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
