-- Exports a snapshot for pg_dump, counts the rows of every dumped table in the same snapshot,
-- and keeps it open until psql is ended. The server notices a client that is gone.
\set ON_ERROR_STOP on
SET client_connection_check_interval = '500ms';
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET row_security = off;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT 'snapshot', pg_export_snapshot();
SELECT 'database', pg_encoding_to_char(encoding), datcollate FROM pg_database
 WHERE datname = current_database();
SELECT 'size', pg_database_size(current_database());
SELECT format('SELECT ''table'', %L, count(*) FROM ONLY %I.%I',
              n.nspname || '.' || c.relname, n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                   AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1
\gexec
SELECT 'ready';
SELECT pg_sleep(86400);
