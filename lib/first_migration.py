"""The first migration of a room, and the files of SQL beside it."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration, RunSQL
from django.db.migrations.state import ProjectState, StateApps
from django.db.migrations.utils import resolve_relation
from django.utils.functional import SimpleLazyObject


class FirstMigration(Migration):
    """Create all tables of a room from one state of the models.

    Django builds most models again for each table that a migration creates: 25 seconds of processor time for
    the whole system, here 2. So a model stands in one `CreateModel`, with its constraints and indexes, and
    only the models to which the room refers are built.
    """

    initial = True

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        project_state.__dict__.pop("apps", None)  # the models, which Django would build again for each change
        before = project_state.clone()
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
        after = _referred_models(project_state, self.app_label)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, after)
        # The next migration builds all models only if it reads one.
        models = project_state.models
        project_state.__dict__["apps"] = SimpleLazyObject(
            lambda: StateApps(list(project_state.real_apps), models)
        )
        return project_state


def _referred_models(state: ProjectState, app_label: str) -> ProjectState:
    """Return a state with the models of a room and all that they refer to, directly or through others."""
    keys: set[tuple[str, str]] = set()
    waiting = [key for key in state.models if key[0] == app_label]
    while waiting:
        key = waiting.pop()
        if key in keys:
            continue
        keys.add(key)
        for field in state.models[key].fields.values():
            relation: Any = field.remote_field
            if relation is not None:
                targets = (relation.model, getattr(relation, "through", None))
                waiting += [resolve_relation(target, *key) for target in targets if target]
    return ProjectState({key: state.models[key] for key in keys})


def run_files(migration: str, *names: str) -> list[RunSQL]:
    """Return operations that run `sql/<name>.sql` beside a migration, in this order.

    `migration` is the migration's `__file__`. Going back drops the tables, and their triggers, policies and
    views with them. Functions stay, so the files replace functions that exist.
    """
    folder = Path(migration).parent / "sql"
    return [RunSQL((folder / f"{name}.sql").read_text(), RunSQL.noop) for name in names]
