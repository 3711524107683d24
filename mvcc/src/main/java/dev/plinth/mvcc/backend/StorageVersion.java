package dev.plinth.mvcc.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of the schema in a database file. The schema of 3.5 has no mark; 3.6 and later have
 * {@link MetaKeys#storageVersion}, the only thing that differs between them.
 *
 * @param major 3
 * @param minor 5, 6 or 7
 */
public record StorageVersion(int major, int minor) implements Comparable<StorageVersion> {
    public static final StorageVersion V3_5 = new StorageVersion(3, 5);
    public static final StorageVersion V3_6 = new StorageVersion(3, 6);
    public static final StorageVersion V3_7 = new StorageVersion(3, 7);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.\\d{1,9}.*");

    /** A migration that cannot be done; nothing was changed. */
    public static final class MigrationException extends Exception {
        MigrationException(String message) {
            super(message);
        }
    }

    /**
     * The version of a database: what the mark says; without a readable one 3.5 if a term is
     * stored; else it cannot be told.
     */
    public static Optional<StorageVersion> detect(Backend backend) {
        byte[] mark = backend.get(SchemaBucket.META, MetaKeys.storageVersion());
        if (mark != null) {
            Matcher matcher = TEXT.matcher(new String(mark, US_ASCII));
            if (matcher.matches()) {
                return Optional.of(
                        new StorageVersion(
                                Integer.parseInt(matcher.group(1)),
                                Integer.parseInt(matcher.group(2))));
            }
        }
        return backend.consistentTerm() == 0 ? Optional.empty() : Optional.of(V3_5);
    }

    /**
     * Changes a database to another version, all steps in one page-store transaction. Apply thread.
     *
     * @param newestInLog the least version that can read all entries of the log
     * @throws MigrationException the version cannot be told, the target is not supported, or the
     *     log has entries that it cannot read
     */
    public static void migrate(Backend backend, StorageVersion target, StorageVersion newestInLog)
            throws MigrationException {
        StorageVersion present =
                detect(backend)
                        .orElseThrow(() ->
                                new MigrationException(
                                        "cannot detect storage schema version: missing"
                                                + " term information"));
        if (present.equals(target)) {
            return;
        }
        if (present.major != target.major) {
            throw new MigrationException("changing major storage version is not supported");
        }
        requireSupported(present);
        requireSupported(target);
        if (target.compareTo(present) < 0 && target.compareTo(newestInLog) < 0) {
            throw new MigrationException(
                    ("cannot downgrade storage, WAL contains newer entries, as the target version"
                                    + " (%s) is lower than the version (%s) detected from WAL logs")
                            .formatted(target, newestInLog));
        }
        backend.beginMaintenance();
        try {
            if (target.equals(V3_5)) {
                backend.delete(SchemaBucket.META, MetaKeys.storageVersion());
            } else {
                backend.put(
                        SchemaBucket.META,
                        MetaKeys.storageVersion(),
                        target.toString().getBytes(US_ASCII));
            }
        } finally {
            backend.endMaintenance();
        }
    }

    private static void requireSupported(StorageVersion version) throws MigrationException {
        if (version.compareTo(V3_5) < 0 || version.compareTo(V3_7) > 0) {
            throw new MigrationException("version \"%s\" is not supported".formatted(version));
        }
    }

    @Override
    public int compareTo(StorageVersion other) {
        return major != other.major
                ? Integer.compare(major, other.major)
                : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor + ".0";
    }
}
