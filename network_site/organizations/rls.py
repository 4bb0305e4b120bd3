"""Lock 2: row-level security on PostgreSQL, made from what each model says of itself.

Installed after every migrate by the tables' owner. The site's role `app` owns nothing, may not
bypass, and without an actor every read of a private table raises (architecture, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connections, models

from network_site.common.scoping import ScopedModel

APP_ROLE = "app"
BACKUP_ROLE = "backup"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION enlace_setting(name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(current_setting('enlace.actor', true), '') = '' THEN
        RAISE EXCEPTION 'no actor' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN current_setting(name, true);
END $$;
CREATE OR REPLACE FUNCTION enlace_user() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT nullif(enlace_setting('enlace.user'), '')::uuid $$;
CREATE OR REPLACE FUNCTION enlace_organization() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT nullif(enlace_setting('enlace.organization'), '')::uuid $$;
CREATE OR REPLACE FUNCTION enlace_organization_kind() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(enlace_setting('enlace.organization_kind'), '') $$;
CREATE OR REPLACE FUNCTION enlace_service() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(enlace_setting('enlace.service'), '') $$;
CREATE OR REPLACE FUNCTION enlace_has_role(role text) RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT role = ANY (string_to_array(coalesce(enlace_setting('enlace.roles'), ''), ',')) $$;
CREATE OR REPLACE FUNCTION enlace_shared(record uuid, capacities text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM organizations_share s
        WHERE s.object_id = record AND s.revoked_at IS NULL AND s.valid_from <= statement_timestamp()
          AND (s.valid_to IS NULL OR s.valid_to > statement_timestamp())
          AND (s.organization_id = enlace_organization() OR s.user_id = enlace_user())
          AND (capacities IS NULL OR s.capacity = ANY (capacities)))
$$;
CREATE OR REPLACE FUNCTION enlace_memberships(person uuid)
RETURNS TABLE (organization_id uuid, roles jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.organization_id, m.roles FROM organizations_membership m
    WHERE m.user_id = person AND m.valid_from <= statement_timestamp()
      AND (m.valid_to IS NULL OR m.valid_to > statement_timestamp())
$$;
CREATE OR REPLACE FUNCTION enlace_keep_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the owner of a record never changes' USING ERRCODE = 'restrict_violation';
END $$;
"""


def private_models() -> Iterator[type[ScopedModel]]:
    """Every concrete private model, wherever it lives."""
    for model in apps.get_models():
        if issubclass(model, ScopedModel) and not model._meta.proxy:
            yield model


def policies(model: type[ScopedModel]) -> list[str]:
    """The statements that put row-level security on one model's table."""
    table = f'"{model._meta.db_table}"'
    read, write, insert = model.read_sql(), model.write_sql(), model.insert_sql()
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    for name, clause in {
        "enlace_read": f"FOR SELECT USING ({read})",
        "enlace_insert": f"FOR INSERT WITH CHECK ({insert})",
        "enlace_update": f"FOR UPDATE USING ({write}) WITH CHECK ({write})",
        "enlace_delete": f"FOR DELETE USING ({write})",
    }.items():
        statements += [
            f"DROP POLICY IF EXISTS {name} ON {table}",
            f"CREATE POLICY {name} ON {table} {clause}",
        ]
    column = _tenant_column(model)
    if column:
        statements += [
            f"DROP TRIGGER IF EXISTS enlace_keep_owner ON {table}",
            f"CREATE TRIGGER enlace_keep_owner BEFORE UPDATE ON {table} FOR EACH ROW"
            f' WHEN (OLD."{column}" IS DISTINCT FROM NEW."{column}") EXECUTE FUNCTION enlace_keep_owner()',
        ]
    return statements


def _tenant_column(model: type[ScopedModel]) -> str:
    if not model.tenant_field:
        return ""
    field = model._meta.get_field(model.tenant_field)
    return (field.column or "") if isinstance(field, models.Field) else ""


def install(using: str) -> None:
    """(Re)install functions, policies and grants. Does nothing on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    tables = set(connection.introspection.table_names())
    if "organizations_share" not in tables:
        return
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        for model in private_models():
            if model._meta.db_table in tables:
                for statement in policies(model):
                    cursor.execute(statement)
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [APP_ROLE, BACKUP_ROLE])
        roles = {row[0] for row in cursor.fetchall()}
        if APP_ROLE in roles:
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
            for table in ("common_auditentry", "common_transitionrecord"):
                cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}")
        if BACKUP_ROLE in roles:
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {BACKUP_ROLE}")


def unprotected(using: str) -> list[str]:
    """Private tables on which row-level security is not forced, or that lack a policy."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relrowsecurity AND c.relforcerowsecurity"
            " AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) >= 4"
        )
        safe = {row[0] for row in cursor.fetchall()}
    return [model._meta.db_table for model in private_models() if model._meta.db_table not in safe]


@register("database")
def check_row_level_security(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --database default` fails on PostgreSQL when a private table is open."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "postgresql":
            continue
        try:
            tables = unprotected(alias)
        except DatabaseError:
            continue
        errors += [
            Error(f"Row-level security is not complete on {table}.", hint="Run manage.py migrate.", id="enlace.E002")
            for table in tables
        ]
    return errors
