"""Tables, queries by subject, migrations: SQLite by default, PostgreSQL beyond one machine."""
