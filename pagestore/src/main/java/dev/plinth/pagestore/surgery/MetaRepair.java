package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.surgery.Surgery.MetaChange;
import dev.plinth.pagestore.surgery.Surgery.MetaUpdate;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Sets fields of one meta page and puts right what must always be so. */
final class MetaRepair {
    private MetaRepair() {}

    static MetaUpdate update(PatientFile file, int metaPage, MetaChange change) throws IOException {
        long secondPage = Meta.read(file.read(0, Meta.SIZE), 0).pageSize() & 0xFFFF_FFFFL;
        long position = metaPage * secondPage;
        MemorySegment page = file.read(position, Meta.SIZE);
        byte[] before = Bytes.copy(page, 0, Meta.SIZE);
        Meta old = Meta.read(page, 0);
        Meta repaired =
                new Meta(
                        Objects.requireNonNullElse(change.pageSize(), old.pageSize()),
                        PageHeader.META,
                        Objects.requireNonNullElse(change.root(), old.root()),
                        old.rootSequence(),
                        Objects.requireNonNullElse(change.freelist(), old.freelist()),
                        Objects.requireNonNullElse(change.highWaterMark(), old.highWaterMark()),
                        old.txid());
        long id = PageHeader.id(page, 0);
        int flags = PageHeader.flags(page, 0);
        int count = PageHeader.count(page, 0);
        long overflow = PageHeader.overflow(page, 0);
        repaired.write(page, 0, id);
        PageHeader.write(page, 0, id, flags, count, overflow);
        boolean changed = Bytes.compare(page, 0, Meta.SIZE, before, before.length) != 0;
        if (changed) {
            file.write(page, position);
        }
        long other = metaPage == 0 ? repaired.pageSize() & 0xFFFF_FFFFL : 0;
        int otherPageSize = Meta.read(file.read(other, Meta.SIZE), 0).pageSize();
        return new MetaUpdate(changed, repaired.pageSize(), otherPageSize);
    }
}
