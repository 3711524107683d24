package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.WritePath;

/** The colour of a path: Plinth's and etcd's own, grey for what is only there to compare. */
final class PathStyle {
    private PathStyle() {}

    static String of(WritePath path) {
        return switch (path) {
            case DIRECT_DSYNC -> "plinth";
            case FALLOCATE -> "etcd";
            case NATIVE_LOOP, NO_SYNC -> "floor";
            case DIRECT_FDATASYNC, BUFFERED_DSYNC, BUFFERED_FDATASYNC, APPEND -> "other";
        };
    }
}
