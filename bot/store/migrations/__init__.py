"""Alembic's migrations; ``schema`` runs them."""
