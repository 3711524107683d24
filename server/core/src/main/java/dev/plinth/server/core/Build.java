package dev.plinth.server.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What this build calls itself: the version from its jar's manifest, the commit from a resource
 * that releases carry.
 *
 * @param version for example {@code 0.1.0}; {@code development} outside of a jar
 * @param commit abbreviated; {@code unknown} in what was not built as a release
 */
public record Build(String version, String commit) {

    /** The build that is running. */
    public static final Build OWN = new Build(ownVersion(), ownCommit());

    private static String ownVersion() {
        String version = Build.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static String ownCommit() {
        try (InputStream stamp = Build.class.getResourceAsStream("commit")) {
            return stamp == null
                    ? "unknown"
                    : new String(stamp.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("reading the commit of this build", e);
        }
    }
}
