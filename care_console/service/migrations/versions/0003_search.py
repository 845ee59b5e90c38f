"""What finding and reading stand on: the words of names, folded codes, cards by amount, plays by message."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Whatever stands between two words, written out: what a letter is must not depend on the server's locale.
_BETWEEN = r"[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u02B0-\u02FF\u2000-\u206F\u3000-\u303F]+"


def upgrade() -> None:
    """Go forward."""
    _run("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
    _run("CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public")
    _names()
    _words_of_names()
    _others()


def _names() -> None:
    # `unaccent` is only STABLE, since somebody could change its dictionary; a column that is generated from it
    # would then have to be generated anew. O'Brien is found as obrien and as brien. Cut, since a lexeme has at
    # most 2046 bytes and a longer one would refuse the row.
    _run(
        f"""
        CREATE FUNCTION words_of_name(name text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT array_remove(regexp_split_to_array(
                CASE WHEN folded ~ '[''’`´]'
                     THEN regexp_replace(folded, '[''’`´]', '', 'g') || ' ' || folded ELSE folded END,
                '{_BETWEEN}'), '')
            FROM (SELECT left(lower(public.unaccent('public.unaccent', normalize(name, NFKC))), 400)) AS one (folded)
        $$
        """
    )
    _run(
        "ALTER TABLE recipients ADD COLUMN name_lexemes tsvector "
        "GENERATED ALWAYS AS (array_to_tsvector(words_of_name(name))) STORED"
    )
    _run("CREATE INDEX ix_recipients_name_lexemes ON recipients USING gin (name_lexemes)")


def _words_of_names() -> None:
    # A word that no name holds any more stays: it costs a row, and finds nobody.
    _run("CREATE TABLE name_words (word text CONSTRAINT pk_name_words PRIMARY KEY)")
    _run("CREATE INDEX ix_name_words_trigrams ON name_words USING gin (word gin_trgm_ops)")
    # Sorted, so that two who add the same words wait for each other in the same order.
    _run(
        """
        CREATE FUNCTION add_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO name_words (word)
            SELECT DISTINCT lexeme FROM added, unnest(tsvector_to_array(added.name_lexemes)) AS lexeme
            WHERE NOT EXISTS (SELECT FROM name_words WHERE word = lexeme)
            ORDER BY lexeme
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$
        """
    )
    for event in ("INSERT", "UPDATE"):
        _run(
            f"CREATE TRIGGER recipients_name_words_{event.lower()} AFTER {event} ON recipients "
            "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_name_words()"
        )


def _others() -> None:
    # Characters that are mistaken for each other become one, and what people put between groups goes.
    _run(
        """
        CREATE FUNCTION folded_code(code text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT translate(upper(code), 'OQILSZBGU -_.', '00115286V')
        $$
        """
    )
    _run("CREATE INDEX ix_links_folded_code ON links (folded_code(code))")
    _run("CREATE INDEX ix_charges_last4_amount_at ON charges (last4, amount_cents, charged_at)")
    _run("CREATE INDEX ix_plays_message_id ON plays (message_id)")
    _run("CREATE INDEX ix_refunds_processor_ref ON refunds (processor_ref) WHERE processor_ref IS NOT NULL")


def _run(statement: str) -> None:
    # Straight to the driver, with no parameters: the text may hold percent signs and colons.
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
