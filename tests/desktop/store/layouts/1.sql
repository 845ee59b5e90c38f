-- The desk's file as layout 1 made it. Never changed: it is what lies on people's machines.
CREATE TABLE drafts (
    kind VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    fields JSON NOT NULL,
    problem TEXT,
    saved_at VARCHAR NOT NULL,
    PRIMARY KEY (kind, subject_id)
);

CREATE TABLE facts (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE kept (
    kind VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    body TEXT NOT NULL,
    read_at VARCHAR NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE outbox (
    place INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    verb VARCHAR NOT NULL,
    recipient_id VARCHAR,
    subject_id VARCHAR NOT NULL,
    body JSON NOT NULL,
    state VARCHAR NOT NULL,
    asked_by VARCHAR NOT NULL,
    created_at VARCHAR NOT NULL,
    problem TEXT,
    maybe_arrived BOOLEAN NOT NULL,
    PRIMARY KEY (place),
    UNIQUE (id)
);

PRAGMA user_version = 1;
