package dev.plinth.mvcc;

import dev.plinth.mvcc.codec.KeyValueView;
import dev.plinth.mvcc.index.IndexReader;
import dev.plinth.mvcc.index.KeyState;
import dev.plinth.mvcc.quota.LiveKeys;
import org.jspecify.annotations.Nullable;

/** The keys that a view sees alive at its newest revision. A flyweight: one thread. */
final class PresentKeys implements LiveKeys {
    private final IndexReader index;
    private final ValueLocator values;
    private final int root;
    private final long revision;
    private final KeyState state = new KeyState();
    private final KeyValueView pair = new KeyValueView();

    PresentKeys(IndexReader index, ValueLocator values, int root, long revision) {
        this.index = index;
        this.values = values;
        this.root = root;
        this.revision = revision;
    }

    @Override
    public long sizeOf(byte[] key) {
        return index.find(root, key, revision, state) ? locate(state).size() : ABSENT;
    }

    @Override
    public void visit(byte[] key, byte @Nullable [] end, Visitor visitor) {
        index.scan(
                root,
                key,
                end,
                revision,
                (reader, found) -> {
                    byte[] name = reader.currentKey();
                    visitor.visit(name, locate(found).size());
                    return true;
                });
    }

    @Override
    public byte @Nullable [] valueOf(byte[] key) {
        return index.find(root, key, revision, state) ? locate(state).value() : null;
    }

    private KeyValueView locate(KeyState found) {
        values.locate(found.mod, found.sub);
        return pair.wrap(values.memory, values.offset, values.length);
    }
}
