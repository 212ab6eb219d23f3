-- Compose runs this once, in an empty volume: the tables' owner is no superuser, and the superuser has no password,
-- so that only `docker compose exec postgres psql --username postgres` is one.
\getenv password POSTGRES_PASSWORD
CREATE ROLE proximity_owner LOGIN CREATEDB CREATEROLE PASSWORD :'password';
CREATE DATABASE proximity OWNER proximity_owner TEMPLATE template0;
ALTER ROLE postgres PASSWORD NULL;
