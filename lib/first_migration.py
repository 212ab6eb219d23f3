"""The first migration of a room, and the files of SQL beside it."""

from pathlib import Path

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration, RunSQL
from django.db.migrations.state import ProjectState


class FirstMigration(Migration):
    """Create all tables of a room from one state of the models.

    Django builds most models again for each table that a migration creates: 25 seconds of processor time for
    the whole system, here 3. So a model stands in one `CreateModel`, with its constraints and indexes.
    """

    initial = True

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        before = project_state.clone()
        project_state.__dict__.pop("apps", None)  # the models, which Django would build again for each change
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state


def run_files(migration: str, *names: str) -> list[RunSQL]:
    """Return operations that run `sql/<name>.sql` beside a migration, in this order.

    `migration` is the migration's `__file__`. Going back drops the tables, and their triggers, policies and
    views with them. Functions stay, so the files replace functions that exist.
    """
    folder = Path(migration).parent / "sql"
    return [RunSQL((folder / f"{name}.sql").read_text(), RunSQL.noop) for name in names]
