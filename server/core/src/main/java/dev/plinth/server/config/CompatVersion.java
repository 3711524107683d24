package dev.plinth.server.config;

/**
 * Which etcd a member stands in for: what it announces, and whose forms it writes. All forms are
 * read, whichever is set.
 */
public enum CompatVersion {
    /** etcd 3.5. */
    V3_5("3.5", "3.5.30"),
    /** etcd 3.6. */
    V3_6("3.6", "3.6.14"),
    /** etcd 3.7. */
    V3_7("3.7", "3.7.1");

    private final String minor;
    private final String release;

    CompatVersion(String minor, String release) {
        this.minor = minor;
        this.release = release;
    }

    /** Major and minor, as the flag takes them. */
    public String minor() {
        return minor;
    }

    /** The full release that is announced, such as {@code 3.7.1}. */
    public String release() {
        return release;
    }

    /** The release as a cluster version: its patch is 0. */
    public String clusterVersion() {
        return minor + ".0";
    }

    /** The version of a flag's text, which the flag's type has checked. */
    static CompatVersion of(String text) {
        for (CompatVersion version : values()) {
            if (version.minor.equals(text)) {
                return version;
            }
        }
        throw new IllegalArgumentException(text);
    }
}
