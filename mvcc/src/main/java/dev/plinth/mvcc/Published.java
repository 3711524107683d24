package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.index.KeyIndex;

/** What readers start from: the newest state that is theirs to see. */
record Published(Backend backend, KeyIndex index, int root, long revision) {}
