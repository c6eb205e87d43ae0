"""What Alembic runs for every command: it uses the connection that ``schema`` hands in, inside its transaction."""

from alembic import context

from bot.store.tables import metadata

connection = context.config.attributes["connection"]
# SQLite cannot alter a column: render_as_batch lets later migrations copy the table
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
