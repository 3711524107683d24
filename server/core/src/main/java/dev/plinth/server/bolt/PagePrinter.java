package dev.plinth.server.bolt;

import dev.plinth.pagestore.format.KeyText;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.inspect.RawRun;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import java.io.PrintStream;
import java.util.HexFormat;

/** A page in words. */
final class PagePrinter {
    private final PrintStream out;
    private final String format;

    PagePrinter(PrintStream out, String format) {
        this.out = out;
        this.format = format;
    }

    void print(RawRun run) throws CommandFailure {
        out.println("Page ID:    " + Long.toUnsignedString(PageHeader.id(run.segment(), 0)));
        out.println("Page Type:  " + run.type());
        out.println("Total Size: " + run.sizeBytes() + " bytes");
        out.println("Overflow pages: " + run.overflow());
        switch (run.flags()) {
            case PageHeader.META -> printMeta(run);
            case PageHeader.LEAF -> printLeaf(run);
            case PageHeader.BRANCH -> printBranch(run);
            case PageHeader.FREELIST -> printFreelist(run);
            default -> {}
        }
    }

    private void printMeta(RawRun run) {
        Meta meta = run.meta();
        out.println("Version:    " + Integer.toUnsignedString(run.metaVersion()));
        out.println("Page Size:  " + Integer.toUnsignedString(meta.pageSize()) + " bytes");
        out.println(String.format("Flags:      %08x", meta.flags()));
        out.println("Root:       " + pgid(meta.root()));
        out.println("Freelist:   " + pgid(meta.freelist()));
        out.println("HWM:        " + pgid(meta.highWaterMark()));
        out.println("Txn ID:     " + Long.toUnsignedString(meta.txid()));
        out.println(String.format("Checksum:   %016x", run.metaChecksum()));
        out.println();
    }

    private static String pgid(long page) {
        return "<pgid=" + Long.toUnsignedString(page) + ">";
    }

    private void printLeaf(RawRun run) throws CommandFailure {
        out.println("Item Count: " + run.count() + "\n");
        for (int i = 0; i < run.count(); i++) {
            String key = key(run.key(i));
            if (run.isBucket(i)) {
                out.println(
                        "%s: <pgid=%s,seq=%s>"
                                .formatted(
                                        key,
                                        Long.toUnsignedString(run.bucketRoot(i)),
                                        Long.toUnsignedString(run.bucketSequence(i))));
            } else {
                byte[] value = ByteFormat.format(run.value(i), format);
                out.print(key + ": ");
                out.writeBytes(value);
                out.println();
            }
        }
        out.println();
    }

    private void printBranch(RawRun run) {
        out.println("Item Count: " + run.count() + "\n");
        for (int i = 0; i < run.count(); i++) {
            out.println(key(run.key(i)) + ": " + pgid(run.child(i)));
        }
        out.println();
    }

    private static String key(byte[] bytes) {
        return KeyText.printable(bytes) == null
                ? HexFormat.of().formatHex(bytes)
                : GoText.quote(bytes);
    }

    private void printFreelist(RawRun run) {
        long count = run.freelistCount();
        out.println("Item Count: " + count);
        out.println("Overflow: " + run.overflow() + "\n");
        for (long i = 0; i < count; i++) {
            out.println(Long.toUnsignedString(run.freelistId(i)));
        }
        out.println();
    }
}
