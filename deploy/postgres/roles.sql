-- The roles and the database of Enlace. Run it as a superuser; running it again changes nothing.
--
--     sudo -u postgres psql -X -v ON_ERROR_STOP=1 -f roles.sql
--
-- Three roles, so that a mistake in the site cannot reach past row-level security:
--   owner   owns every table, migrates, makes test databases; BYPASSRLS, since a migration must see all rows.
--           The site never holds its password while it serves.
--   app     the site, the relay, the workers. Owns nothing, and row-level security always applies to it.
--   backup  reads everything, writes nothing; BYPASSRLS, or a dump would lack rows.
--
-- Passwords: set them afterwards with psql's \password, or give them in the environment of psql 15 or newer
-- (ENLACE_OWNER_PASSWORD, ENLACE_APP_PASSWORD, ENLACE_BACKUP_PASSWORD), as deploy/compose.yaml does.

\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['owner', 'app', 'backup']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE "owner" WITH LOGIN CREATEDB BYPASSRLS NOSUPERUSER NOCREATEROLE NOREPLICATION;
ALTER ROLE app WITH LOGIN NOCREATEDB NOBYPASSRLS NOSUPERUSER NOCREATEROLE NOREPLICATION;
ALTER ROLE backup WITH LOGIN NOCREATEDB BYPASSRLS NOSUPERUSER NOCREATEROLE NOREPLICATION;
GRANT pg_read_all_data TO backup;
-- A dump reads; should its password ever be misused, a plain session cannot write by oversight either.
ALTER ROLE backup SET default_transaction_read_only = on;

\getenv owner_password ENLACE_OWNER_PASSWORD
\getenv app_password ENLACE_APP_PASSWORD
\getenv backup_password ENLACE_BACKUP_PASSWORD
\if :{?owner_password}
ALTER ROLE "owner" PASSWORD :'owner_password';
\endif
\if :{?app_password}
ALTER ROLE app PASSWORD :'app_password';
\endif
\if :{?backup_password}
ALTER ROLE backup PASSWORD :'backup_password';
\endif

SELECT 'CREATE DATABASE enlace OWNER "owner" TEMPLATE template0 ENCODING ''UTF8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'enlace') \gexec
ALTER DATABASE enlace OWNER TO "owner";
REVOKE ALL ON DATABASE enlace FROM PUBLIC;
GRANT CONNECT ON DATABASE enlace TO app, backup;

\connect enlace

ALTER SCHEMA public OWNER TO "owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO app, backup;

-- Tables that the owner will make here. (Django grants the same after each migration, which also covers test
-- databases: default privileges do not come along from a template.)
ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO app;
