"""The migrations that lead to today's tables.

One, once released, is never changed; the next one is added below it and `version.VERSION` goes up
by one.
"""

from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

from monitor.store.tables import FIRST

migrations = Migrations("monitor")


@migrations()
def first(db: Tables) -> None:
    """Make the first version of everything."""
    for statement in FIRST:
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
