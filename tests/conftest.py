import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

pytest_plugins = ["tests.people"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests are told apart by emptying every table, which the log refuses everywhere else."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE assets_activity DISABLE TRIGGER assets_activity_is_not_emptied")
