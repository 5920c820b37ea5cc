"""The tables as the first version made them; what came later is in `migrations`.

Made to be read by others, in Datasette or the sqlite3 shell: plain names, STRICT types, times as
UTC ISO 8601 text, dates as YYYY-MM-DD, lists as JSON text.
"""

FIRST = (
    # What is remembered of a source between checks. `etag`, `last_modified` and `fingerprint` are
    # those of page 1 as it was last taken in, at `read_at`; `gap_page` is the page from which a
    # stretch is not proven read, and `gap_since` when that began.
    """CREATE TABLE sources (
        name TEXT PRIMARY KEY,
        baseline_at TEXT,
        read_at TEXT,
        url TEXT,
        etag TEXT,
        last_modified TEXT,
        fingerprint TEXT,
        entries INTEGER NOT NULL DEFAULT 0,
        gap_page INTEGER,
        gap_since TEXT
    ) STRICT""",
    """CREATE TABLE checks (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        started_at TEXT NOT NULL,
        seconds REAL NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('ok', 'not-modified', 'failed', 'suspect')),
        baseline INTEGER NOT NULL DEFAULT 0,
        pages INTEGER NOT NULL DEFAULT 0,
        entries INTEGER NOT NULL DEFAULT 0,
        new INTEGER NOT NULL DEFAULT 0,
        revised INTEGER NOT NULL DEFAULT 0,
        withdrawn INTEGER NOT NULL DEFAULT 0,
        restored INTEGER NOT NULL DEFAULT 0,
        error TEXT
    ) STRICT""",
    "CREATE INDEX checks_by_source ON checks (source, id)",
    # `origin` is how it came: news, or what needs no telling (baseline, archive, import).
    # `spellings` feeds the full-text index with what its tokenizer would not see by itself.
    """CREATE TABLE releases (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL,
        date TEXT NOT NULL,
        category TEXT,
        body TEXT NOT NULL,
        url TEXT,
        article_id TEXT NOT NULL DEFAULT '',
        board TEXT NOT NULL DEFAULT '',
        source TEXT NOT NULL,
        origin TEXT NOT NULL CHECK (origin IN ('news', 'baseline', 'archive', 'import')),
        first_seen_at TEXT NOT NULL,
        withdrawn_at TEXT,
        article_read_at TEXT,
        spellings TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE INDEX releases_by_date ON releases (date, id)",
    # Every title and date that ever led to a release, its present ones among them.
    """CREATE TABLE identities (
        key TEXT NOT NULL,
        date TEXT NOT NULL,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        PRIMARY KEY (key, date)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX identities_by_release ON identities (release_id)",
    # Where a release was seen. `rank` orders a listing from its bottom up; `look` is a
    # fingerprint of the entry as last shown there; `site` is the host then.
    """CREATE TABLE listings (
        id INTEGER PRIMARY KEY,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        source TEXT NOT NULL,
        site TEXT NOT NULL DEFAULT '',
        board TEXT NOT NULL DEFAULT '',
        article_id TEXT NOT NULL DEFAULT '',
        url TEXT,
        rank REAL NOT NULL,
        look TEXT NOT NULL DEFAULT '',
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL,
        UNIQUE (release_id, source, board, article_id)
    ) STRICT""",
    "CREATE INDEX listings_in_order ON listings (source, rank)",
    "CREATE INDEX listings_by_article ON listings (article_id, board)",
    """CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        check_id INTEGER REFERENCES checks (id) ON DELETE SET NULL,
        seen_at TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX revisions_by_release ON revisions (release_id, id)",
    """CREATE TABLE attachments (
        id INTEGER PRIMARY KEY,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        url TEXT NOT NULL,
        first_seen_at TEXT NOT NULL,
        gone_at TEXT,
        UNIQUE (release_id, url)
    ) STRICT""",
    # `origin` says whether somebody was owed a word ('news') or it was only noted.
    # `hits` and `snippet` are the reason, as JSON.
    """CREATE TABLE matches (
        id INTEGER PRIMARY KEY,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        check_id INTEGER REFERENCES checks (id) ON DELETE SET NULL,
        watch TEXT NOT NULL,
        event TEXT NOT NULL CHECK (event IN ('new', 'revised', 'withdrawn', 'restored')),
        origin TEXT NOT NULL CHECK (origin IN ('news', 'baseline', 'archive', 'import')),
        matched_at TEXT NOT NULL,
        hits TEXT NOT NULL,
        snippet TEXT NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX matches_once ON matches (release_id, watch) WHERE event = 'new'",
    "CREATE INDEX matches_by_watch ON matches (watch, release_id)",
    # The outbox. `payload` is frozen at the first attempt and dropped once sent; a claim is held
    # until `claimed_until`; `held` is 1 where the receiver named a time too, and 2 where
    # `due_at` is that time: then nothing goes to its channel before.
    """CREATE TABLE deliveries (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        type TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('owed', 'sent', 'given-up')),
        check_id INTEGER REFERENCES checks (id) ON DELETE SET NULL,
        created_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        held INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        claimed_by TEXT,
        claimed_until TEXT,
        payload BLOB,
        error TEXT,
        sent_at TEXT
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX deliveries_due ON deliveries (status, channel, due_at)",
    """CREATE TABLE items (
        delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        event TEXT NOT NULL,
        watches TEXT NOT NULL,
        snippet TEXT NOT NULL,
        changes TEXT,
        PRIMARY KEY (delivery_id, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX items_by_release ON items (release_id)",
    # Pages as they came, zlib-compressed, one body once however often it was met.
    """CREATE TABLE bodies (
        hash TEXT PRIMARY KEY,
        data BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY,
        check_id INTEGER REFERENCES checks (id) ON DELETE SET NULL,
        source TEXT NOT NULL,
        url TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        content_type TEXT,
        hash TEXT NOT NULL REFERENCES bodies (hash)
    ) STRICT""",
    "CREATE INDEX snapshots_by_source ON snapshots (source, fetched_at)",
    "CREATE INDEX snapshots_by_hash ON snapshots (hash)",
    # Small things that one run leaves for the next.
    "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)
