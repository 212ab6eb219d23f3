"""Requests that wait for a second person."""

from typing import Any

from accounts.actors import Actor
from accounts.models import PendingAct, User
from accounts.services.users import invite_user


def waiting(user: User, kind: str) -> PendingAct:
    return user.acts.waiting().of_kind(kind).get()


def invited(administrator: Actor, *districts: Any, **fields: Any) -> User:
    fields = {"name": "Olga", "email": "olga@police.example"} | fields
    return invite_user(actor=administrator, districts=districts, **fields)
