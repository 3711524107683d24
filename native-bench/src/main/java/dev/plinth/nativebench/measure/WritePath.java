package dev.plinth.nativebench.measure;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The ways to make bytes durable that are compared. */
public enum WritePath {
    DIRECT_DSYNC(
            "direct-dsync",
            "zeroed file, O_DIRECT, pwritev2(RWF_DSYNC)",
            "Plinth's way",
            Content.ZEROED_DIRECT,
            true),
    DIRECT_FDATASYNC(
            "direct-fdatasync",
            "zeroed file, O_DIRECT, pwrite + fdatasync",
            "Plinth where RWF_DSYNC is refused",
            Content.ZEROED_DIRECT,
            true),
    BUFFERED_DSYNC(
            "buffered-dsync",
            "zeroed file, page cache, pwritev2(RWF_DSYNC)",
            "Plinth where O_DIRECT is refused",
            Content.ZEROED_BUFFERED,
            true),
    BUFFERED_FDATASYNC(
            "buffered-fdatasync",
            "zeroed file, page cache, pwrite + fdatasync",
            "Plinth's last resort",
            Content.ZEROED_BUFFERED,
            true),
    FALLOCATE(
            "fallocate",
            "fallocated file, page cache, pwrite + fdatasync",
            "etcd's way",
            Content.FALLOCATED,
            true),
    APPEND(
            "append",
            "growing file, page cache, pwrite + fdatasync",
            "what the usual fio recipe measures",
            Content.GROWING,
            true),
    NATIVE_LOOP(
            "native-loop",
            "as direct-dsync, in a loop of machine code",
            "floor without Java",
            Content.ZEROED_DIRECT,
            true),
    NO_SYNC(
            "no-sync",
            "zeroed file, O_DIRECT, no sync",
            "not durable: floor of the device",
            Content.ZEROED_DIRECT,
            false);

    /** What the file that a path writes to is made of. */
    enum Content {
        ZEROED_DIRECT,
        ZEROED_BUFFERED,
        FALLOCATED,
        GROWING
    }

    private final String label;
    private final String method;
    private final String role;
    private final Content content;
    private final boolean durable;

    WritePath(String label, String method, String role, Content content, boolean durable) {
        this.label = label;
        this.method = method;
        this.role = role;
        this.content = content;
        this.durable = durable;
    }

    /** Stable name in options and JSON. */
    public String label() {
        return label;
    }

    /** The file and the calls. */
    public String method() {
        return method;
    }

    /** Who writes like that. */
    public String role() {
        return role;
    }

    /** Whether what it wrote survives a power cut. */
    public boolean isDurable() {
        return durable;
    }

    Content content() {
        return content;
    }

    boolean isDirect() {
        return content == Content.ZEROED_DIRECT;
    }

    /** The path of a label. */
    public static WritePath of(String label) {
        return Arrays.stream(values())
                .filter(path -> path.label.equals(label))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "no write path " + label + "; there are " + labels()));
    }

    private static String labels() {
        return Arrays.stream(values()).map(WritePath::label).collect(Collectors.joining(", "));
    }
}
