"""Every label form that was in force is kept, under an id that means this form alone."""

from dataclasses import replace

import pytest

from reviewer.clips.label_schemas import LabelSchemas
from reviewer.db.connection import Database
from reviewer.errors import Damaged
from reviewer.labels.schema import Field, FieldKind, Schema
from tests.fakes.clock import FakeClock

FORM = Schema("form", "1", "Form", (Field("a", FieldKind.YES_NO, "A?"),))
REWORDED = replace(FORM, fields=(Field("a", FieldKind.YES_NO, "Is it A?"),))


@pytest.fixture
def schemas(database: Database) -> LabelSchemas:
    return LabelSchemas(database, FakeClock())


def test_a_form_is_kept_once_and_has_the_id_that_its_lead_gave_it(schemas: LabelSchemas) -> None:
    assert schemas.keep(FORM).id == schemas.keep(FORM).id == "form@1"
    assert [kept.schema for kept in schemas.all().values()] == [FORM]


def test_another_form_under_the_same_name_and_version_has_an_id_of_its_own(schemas: LabelSchemas) -> None:
    first, second = schemas.keep(FORM), schemas.keep(REWORDED)
    assert second.id.startswith("form@1+")
    assert (schemas.keep(FORM), schemas.keep(REWORDED)) == (first, second)
    assert schemas.forms() == {first.id: first, second.id: second}


def test_a_kept_form_cannot_be_changed_or_deleted(schemas: LabelSchemas, database: Database) -> None:
    schemas.keep(FORM)
    for statement in ("UPDATE label_schema SET body = '{}'", "DELETE FROM label_schema"):
        with pytest.raises(Exception, match="append-only"):
            database.execute(statement)


def test_a_form_that_was_changed_in_the_file_is_damaged_and_gives_no_wording(
    schemas: LabelSchemas, database: Database
) -> None:
    schemas.keep(FORM)
    database.execute("DROP TRIGGER label_schema_no_update")
    database.execute("UPDATE label_schema SET body = replace(body, 'A?', 'B?')")
    assert schemas.forms() == {}
    with pytest.raises(Damaged, match="LABEL_SCHEMA_CHANGED"):
        schemas.all()
