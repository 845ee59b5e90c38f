"""The finder reads more: senders and facilities by name, booking numbers, codes half read, amounts by day."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    _names()
    _others()


def _names() -> None:
    for table in ("senders", "facilities"):
        _run(
            f"ALTER TABLE {table} ADD COLUMN name_lexemes tsvector "
            "GENERATED ALWAYS AS (array_to_tsvector(words_of_name(name))) STORED"
        )
        _run(f"CREATE INDEX ix_{table}_name_lexemes ON {table} USING gin (name_lexemes)")
        for event in ("INSERT", "UPDATE"):
            _run(
                f"CREATE TRIGGER {table}_name_words_{event.lower()} AFTER {event} ON {table} "
                "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_name_words()"
            )
        _run(
            "INSERT INTO name_words (word) SELECT DISTINCT lexeme "
            f"FROM {table}, unnest(tsvector_to_array(name_lexemes)) AS lexeme ON CONFLICT DO NOTHING"
        )
    # Every word of what was typed, whole (ending '') or begun (ending ':*'). No word holds a quote or a
    # backslash: words_of_name parts words at them.
    _run(
        """
        CREATE FUNCTION name_query(typed text, ending text) RETURNS tsquery
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT string_agg('''' || word || '''' || ending, ' & ')::tsquery
            FROM (SELECT DISTINCT word FROM unnest(words_of_name(typed)) AS word LIMIT 10) AS words
        $$
        """
    )


def _others() -> None:
    _run("CREATE INDEX ix_senders_folded_booking_number ON senders (folded_code(booking_number))")
    _run("DROP INDEX ix_senders_facility_id")
    _run("CREATE INDEX ix_senders_facility_id ON senders (facility_id, id)")
    _run("DROP INDEX ix_messages_sender_id")
    _run("CREATE INDEX ix_messages_sender_id_at ON messages (sender_id, recorded_at DESC, id DESC)")
    # By pattern, so that the first groups of a code find it while the rest is still being read aloud.
    _run("DROP INDEX ix_links_folded_code")
    _run("CREATE INDEX ix_links_folded_code ON links (folded_code(code) text_pattern_ops)")
    _run("CREATE INDEX ix_charges_amount_cents_at ON charges (amount_cents, charged_at)")


def _run(statement: str) -> None:
    # Straight to the driver, with no parameters: the text may hold percent signs and colons.
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
