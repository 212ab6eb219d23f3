"""Write services for saved views of lists."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import SavedView
from districts.models import District
from lib.acting import Acting
from lib.erasable import Keys, Rewrite
from lib.fold import squash

MOST = 50


@transaction.atomic
def save_view(
    *, actor: Actor, list_name: str, name: str, query: str, shared_with: District | None = None
) -> SavedView:
    """Save a view for the actor. Raises PermissionDenied for a district not covered, and ValidationError."""
    if actor.kind != "user" or actor.id is None or not actor.reads:
        raise PermissionDenied
    if shared_with and not actor.covers(shared_with.pk):
        raise PermissionDenied
    if SavedView.objects.filter(owner=actor.id).count() >= MOST:
        raise ValidationError(_("You have reached the limit of 50 views. Delete one to save another."))
    view = SavedView(
        owner_id=actor.id, list_name=list_name, name=squash(name), query=query, shared_with=shared_with
    )
    view.full_clean()
    view.save()
    return view


def follow_redrawn(district: District, successor: District) -> None:
    """Add the successor of a redrawn district to its saved views, and share them with its users."""
    for view in SavedView.objects.filter(query__contains=district.code).select_for_update(of=("self",)):
        query = QueryDict(view.query, mutable=True)
        codes = query.get("district", "").split(",")
        if district.code in codes and successor.code not in codes:
            query["district"] = ",".join([*codes, successor.code])
            view.query = query.urlencode()
            view.full_clean()
            view.save(update_fields=["query"])
    SavedView.objects.filter(shared_with=district).update(shared_with=successor)


@transaction.atomic
def forget_named(_actor: Acting, keys: Keys, rewrite: Rewrite) -> None:
    """Delete views that search for a person who is erased. Only a name of a view is rewritten."""
    for view in SavedView.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)):
        values = rewrite(view)
        if "query" in values:
            view.delete()
        elif values:
            view.name = values["name"]
            view.save(update_fields=["name"])


@transaction.atomic
def delete_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Delete the actor's own view.

    Raises DoesNotExist if the view is not visible, PermissionDenied if it is another user's.
    """
    view = SavedView.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=view_id)
    if view.owner_id != actor.id:
        raise PermissionDenied
    view.delete()
    return view
