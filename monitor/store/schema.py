"""The tables of the first version; `migrations` has the later changes.

They are meant to be read by other programs too, such as Datasette or the sqlite3 shell. Hence plain
names, STRICT types, times as UTC ISO 8601 text, dates as YYYY-MM-DD, and lists as JSON text.
"""

import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

from monitor.store.transactions import APPLICATION_ID, SCHEMA_VERSION, transaction

FIRST_STATEMENTS = (
    # The state of a source between checks. `etag`, `last_modified` and `fingerprint` are those of
    # page 1 when it was last ingested, at `read_at`. A gap is a range of entries that may not have
    # been read: `gap_page` is the page where it starts, `gap_since` the time when it began.
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
    # `origin` is how the release arrived: as news, or in a way that causes no alert (baseline,
    # archive, import). `spellings` holds words that the full-text tokenizer would miss.
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
    # Every title and date that has ever identified a release, including the current ones.
    """CREATE TABLE identities (
        key TEXT NOT NULL,
        date TEXT NOT NULL,
        release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
        PRIMARY KEY (key, date)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX identities_by_release ON identities (release_id)",
    # The listings that show or have shown a release. `rank` increases from the bottom of a listing
    # to its top; `look` is the hash of the entry as last shown there; `site` is the host then.
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
    # `origin` tells matches that cause alerts ('news') from those that are only recorded.
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
    # The outbox. `payload` is frozen at the first attempt and deleted once sent. A claim lasts
    # until `claimed_until`. `held` is 1 if the message must not be sent before `due_at`, and 2 if
    # nothing may be sent to the channel before it, because the receiver named that time.
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
    # Pages as fetched, zlib-compressed; equal bodies are stored once.
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


migrations = Migrations("monitor")


@migrations()
def first(db: Tables) -> None:
    """Make the first version of everything."""
    for statement in FIRST_STATEMENTS:
        db.execute(statement)
    db.table("releases").enable_fts(
        ["title", "body", "category", "spellings"],
        tokenize="unicode61 remove_diacritics 2",
        create_triggers=True,
    )


_SCHEDULED = (
    # Digests: the period they cover; one digest a channel and period. `attempted_at` is the wall
    # clock at the last attempt: where it lies ahead, the clock was wrong when it set `due_at`.
    "ALTER TABLE deliveries ADD COLUMN since TEXT",
    "ALTER TABLE deliveries ADD COLUMN until TEXT",
    "ALTER TABLE deliveries ADD COLUMN attempted_at TEXT",
    "CREATE UNIQUE INDEX digests_once ON deliveries (channel, until) WHERE type = 'digest'",
)


@migrations()
def scheduled(db: Tables) -> None:
    """Make room for digests that wait for their time."""
    for statement in _SCHEDULED:
        db.execute(statement)


_SWEEPS_AND_ARTICLES = (
    # `swept_at`: when the newest pages were last read whatever was known of them.
    "ALTER TABLE sources ADD COLUMN swept_at TEXT",
    # In how many sweeps in a row a release was missing where it had stood, and since when.
    "ALTER TABLE listings ADD COLUMN absences INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE listings ADD COLUMN absent_since TEXT",
    # Releases whose article page is to be read, not before `due_at`; `tries` counts failures.
    """CREATE TABLE waiting (
        release_id INTEGER PRIMARY KEY REFERENCES releases (id) ON DELETE CASCADE,
        due_at TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """INSERT INTO waiting (release_id, due_at)
        SELECT id, first_seen_at FROM releases WHERE article_read_at IS NULL AND article_id != ''
        AND url IS NOT NULL""",
)


@migrations()
def sweeps_and_articles(db: Tables) -> None:
    """Remember sweeps, what was missing in them, and which article pages are still to be read."""
    for statement in _SWEEPS_AND_ARTICLES:
        db.execute(statement)


@migrations()
def backfills(db: Tables) -> None:
    """Keep how far back a listing has been read.

    From its top down to `rank` all that the listing at `url` shows has been taken in; `page` is
    where that was then, and from `complete_at` on it is known that nothing stands below it.
    """
    db.execute("""CREATE TABLE backfills (
        source TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        page INTEGER NOT NULL,
        per_page INTEGER NOT NULL,
        rank REAL NOT NULL,
        complete_at TEXT
    ) STRICT, WITHOUT ROWID""")


_ARTICLE_PAGES = (
    # A body with a `base` is kept as what differs from it (store/packing.py). Made anew with
    # rowids: without them a row of over a kilobyte takes a page of four for its end.
    """CREATE TABLE new_bodies (
        hash TEXT PRIMARY KEY,
        data BLOB NOT NULL,
        base TEXT REFERENCES bodies (hash)
    ) STRICT""",
    "INSERT INTO new_bodies (hash, data) SELECT hash, data FROM bodies",
    "DROP TABLE bodies",
    "ALTER TABLE new_bodies RENAME TO bodies",
    "CREATE INDEX bodies_by_base ON bodies (base) WHERE base IS NOT NULL",
    # The release whose article page this is; NULL for a listing's page.
    """ALTER TABLE snapshots ADD COLUMN release_id INTEGER REFERENCES releases (id)
        ON DELETE SET NULL""",
    "CREATE INDEX snapshots_by_release ON snapshots (release_id) WHERE release_id IS NOT NULL",
)


@migrations()
def article_pages(db: Tables) -> None:
    """Keep article pages too, small."""
    for statement in _ARTICLE_PAGES:
        db.execute(statement)


_OWN_INDEX = (
    # The watch language's own full-text index; see store/words.py.
    """CREATE VIRTUAL TABLE words
        USING fts5(title, body, category, sources, content='', tokenize='ascii')""",
    # Which release stands at which place (rowid) of it; none where it stood until it changed.
    "CREATE TABLE indexed (place INTEGER PRIMARY KEY, release_id INTEGER UNIQUE) STRICT",
    # Releases that have changed since they were indexed.
    "CREATE TABLE unindexed (release_id INTEGER PRIMARY KEY) STRICT",
    *(
        f"CREATE TRIGGER unindexed_{name} AFTER {event} BEGIN"
        f" INSERT OR IGNORE INTO unindexed VALUES ({changed}); END"
        for name, event, changed in (
            ("added", "INSERT ON releases", "new.id"),
            ("changed", "UPDATE OF title, date, category, body ON releases", "new.id"),
            ("removed", "DELETE ON releases", "old.id"),
            ("listed", "INSERT ON listings", "new.release_id"),
            ("relisted", "UPDATE OF source, release_id ON listings", "new.release_id"),
            ("unlisted", "DELETE ON listings", "old.release_id"),
        )
    ),
    "INSERT INTO unindexed SELECT id FROM releases",
    "CREATE INDEX releases_by_category ON releases (category)",
)


@migrations()
def own_index(db: Tables) -> None:
    """Make room for the archive's own index; what is there already is indexed when it is read."""
    for statement in _OWN_INDEX:
        db.execute(statement)


_INCIDENTS = (
    # What is or was in trouble, and when the operator was told: a source that cannot be read or
    # has been silent for too long, a channel that takes no messages.
    """CREATE TABLE incidents (
        id INTEGER PRIMARY KEY,
        about TEXT NOT NULL CHECK (about IN ('source', 'channel')),
        name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('failing', 'silent')),
        began_at TEXT NOT NULL,
        told_at TEXT,
        ended_at TEXT,
        reason TEXT NOT NULL,
        advice TEXT NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX incidents_open ON incidents (about, name, kind) WHERE ended_at IS NULL",
    # What a message says that tells of no releases; `text` is a list of paragraphs, `facts` JSON.
    """CREATE TABLE notices (
        delivery_id TEXT PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        facts TEXT
    ) STRICT, WITHOUT ROWID""",
)


@migrations()
def incidents(db: Tables) -> None:
    """Remember what is in trouble, and what the operator is told of it."""
    for statement in _INCIDENTS:
        db.execute(statement)


_HISTORY = (
    # How a listing looked in its last believed checks: what makes a page suspect is learnt here.
    # `first` counts the entries on page 1, `entries` all that were read; of these, `texts` had a
    # text (`letters` characters together), `labelled` a category, `eastern` a title in Hangul,
    # Han or Kana, `garbled` letters that nobody wrote.
    """CREATE TABLE shapes (
        id INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        check_id INTEGER REFERENCES checks (id) ON DELETE SET NULL,
        first INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        texts INTEGER NOT NULL,
        letters INTEGER NOT NULL,
        labelled INTEGER NOT NULL,
        eastern INTEGER NOT NULL,
        garbled INTEGER NOT NULL,
        categories TEXT NOT NULL,
        boards TEXT NOT NULL,
        highest_id INTEGER,
        newest TEXT,
        oldest TEXT
    ) STRICT""",
    "CREATE INDEX shapes_by_source ON shapes (source, id)",
    # The rule that a suspect check broke, or, of one that went well, that was overruled.
    "ALTER TABLE checks ADD COLUMN rule TEXT",
    # 1 once it was accepted that a listing shows one page whatever page is asked for.
    "ALTER TABLE sources ADD COLUMN unpaged INTEGER NOT NULL DEFAULT 0",
)


@migrations()
def histories(db: Tables) -> None:
    """Remember what listings look like, and why a check was not believed."""
    for statement in _HISTORY:
        db.execute(statement)


_INDEX_ANEW = (
    "INSERT INTO words (words) VALUES ('delete-all')",
    "DELETE FROM indexed",
    "INSERT OR IGNORE INTO unindexed SELECT id FROM releases",
)
_BETTER_INDEXES = (
    # The one that sqlite-utils makes writes a release anew into the full-text index whatever has
    # changed of it, even when its article was read: that doubles the index.
    "DROP TRIGGER releases_au",
    """CREATE TRIGGER releases_au AFTER UPDATE OF title, body, category, spellings ON releases
        WHEN (old.title, old.body, old.category, old.spellings)
        IS NOT (new.title, new.body, new.category, new.spellings) BEGIN
        INSERT INTO releases_fts (releases_fts, rowid, title, body, category, spellings)
        VALUES ('delete', old.id, old.title, old.body, old.category, old.spellings);
        INSERT INTO releases_fts (rowid, title, body, category, spellings)
        VALUES (new.id, new.title, new.body, new.category, new.spellings);
    END""",
    # Our own index knows more now: capitals in their phrases, plurals of capitals.
    *_INDEX_ANEW,
)


@migrations()
def better_indexes(db: Tables) -> None:
    """Write into the full-text index only what has changed; have our own made anew."""
    for statement in _BETTER_INDEXES:
        db.execute(statement)


@migrations()
def taken_in_part(db: Tables) -> None:
    """Remember who of several recipients took a message: a JSON list of addresses, or nothing."""
    db.execute("ALTER TABLE deliveries ADD COLUMN taken_by TEXT")


_QUERIES = (
    # What the watch asked for when it found the release; NULL: from before that was kept, which
    # stands for whatever it asks.
    "ALTER TABLE matches ADD COLUMN query TEXT",
    "DROP INDEX matches_once",
    (
        "CREATE UNIQUE INDEX matches_once ON matches (release_id, watch, ifnull(query, ''))"
        " WHERE event = 'new'"
    ),
)


@migrations()
def queries_of_matches(db: Tables) -> None:
    """Let a watch whose query was changed find a release that it had found before."""
    for statement in _QUERIES:
        db.execute(statement)


@migrations()
def words_in_both_ways(db: Tables) -> None:
    """Have our own index made anew: it marks words that a field has in capitals and otherwise."""
    for statement in _INDEX_ANEW:
        db.execute(statement)


def migrate_database(conn: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the current schema; back up an older one beside it first.

    Everything happens in one BEGIN IMMEDIATE transaction, so that processes that start together on
    a new file wait for each other instead of failing.
    """
    _enable_wal(conn)
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    if 0 < version < SCHEMA_VERSION:
        _back_up_file(conn, path, version)
    with transaction(conn, "BEGIN IMMEDIATE"):
        migrations.apply(Tables(conn, execute_plugins=False))
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        conn.execute("COMMIT")


def _enable_wal(conn: sqlite3.Connection) -> None:
    """Turn on the write-ahead log, retrying while the database is locked.

    Unlike other statements, this one ignores the busy timeout.
    """
    for _ in range(200):
        try:
            conn.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
        else:
            return
    conn.execute("PRAGMA journal_mode = WAL")


def _back_up_file(conn: sqlite3.Connection, path: Path, version: int) -> None:
    backup_path = path.with_name(f"{path.name}.schema-{version}.backup")
    with sqlite3.connect(backup_path) as backup_conn:
        conn.backup(backup_conn)
    backup_conn.close()
    backup_path.chmod(0o600)
