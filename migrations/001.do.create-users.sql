-- Phase 1, core tables: the accounts of the people who sign in.
CREATE TABLE users (
    /*
     * One row is one person who can sign in.
     * Sessions reference it; a session without a user belongs to a visitor.
     */
    -- Identifies the user. A random UUID by default.
    id TEXT NOT NULL PRIMARY KEY DEFAULT (
        lower(
            printf(
                '%s-%s-4%s-%s%s-%s',
                hex(randomblob(4)),
                hex(randomblob(2)),
                substr(hex(randomblob(2)), 2),
                substr('89AB', 1 + (random() & 3), 1),
                substr(hex(randomblob(2)), 2),
                hex(randomblob(6))
            )
        )
    ),
    -- The name the user signs in with; no two users share one.
    username TEXT NOT NULL UNIQUE,
    -- A hash of the password, never the password itself.
    password TEXT NOT NULL,
    CONSTRAINT users_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT users_username_is_not_empty CHECK (username <> ''),
    CONSTRAINT users_password_is_not_empty CHECK (password <> '')
) STRICT;
