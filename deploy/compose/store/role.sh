#!/bin/sh
# The owner of the service's database, which migrates it, and the role that the service works as, which owns nothing: no
# superuser, and nobody else may connect. Runs when the store is new, and again by hand when a password has changed. The log never shows a statement that failed: it may hold the password.
psql --set=ON_ERROR_STOP=1 --quiet --no-psqlrc --username "$POSTGRES_USER" --dbname postgres --set=name="$PDP_ROLE" <<'SQL'
SET log_min_error_statement = panic;
\set password `cat /run/secrets/role_password`
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
-- Keycloak's store has none.
\set service_password `cat /run/secrets/service_password 2>/dev/null`
SELECT format('CREATE ROLE %I LOGIN', :'name' || '_service')
 WHERE :'service_password' <> '' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name' || '_service') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'name' || '_service', :'service_password')
 WHERE :'service_password' <> '' \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
-- How long anybody's transaction is open is for the service to show; this server is its own.
GRANT pg_read_all_stats TO :"name";
SELECT format('GRANT pg_read_all_stats TO %I', :'name' || '_service') WHERE :'service_password' <> '' \gexec
REVOKE ALL ON DATABASE :"name", postgres, template1 FROM PUBLIC;
SQL
