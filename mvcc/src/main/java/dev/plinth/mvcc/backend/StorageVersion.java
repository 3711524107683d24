package dev.plinth.mvcc.backend;

/**
 * The version of the schema in a database file.
 *
 * @param major always 3
 * @param minor 5, 6 or 7
 */
public record StorageVersion(int major, int minor) {
    public static final StorageVersion V3_5 = new StorageVersion(3, 5);
    public static final StorageVersion V3_6 = new StorageVersion(3, 6);
    public static final StorageVersion V3_7 = new StorageVersion(3, 7);

    @Override
    public String toString() {
        return major + "." + minor + ".0";
    }
}
