package dev.plinth.server.maintenance;

import java.util.regex.Pattern;

/** Order of versions of the form {@code major.minor.patch}. */
public final class Versions {
    private static final Pattern RELEASE =
            Pattern.compile("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}([-+].*)?");

    private Versions() {}

    /**
     * Compares by major, minor and patch.
     *
     * @throws IllegalArgumentException if either is not of that form
     */
    public static int compare(String left, String right) {
        int[] a = parts(left);
        int[] b = parts(right);
        for (int i = 0; i < a.length; i++) {
            int order = Integer.compare(a[i], b[i]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /**
     * Whether the text is {@code major.minor.patch}, perhaps with a suffix such as {@code -rc.1}.
     */
    static boolean isRelease(String text) {
        return RELEASE.matcher(text).matches();
    }

    /** The version that a cluster of this release has: {@code major.minor.0}. */
    static String cluster(String release) {
        return minor(release) + ".0";
    }

    /** {@code major.minor} of a version. */
    static String minor(String version) {
        return version.substring(0, version.indexOf('.', version.indexOf('.') + 1));
    }

    /** Whether the first is the minor version right before the second; both with patch 0. */
    static boolean isOneMinorBelow(String lower, String upper) {
        int[] a = parts(lower);
        int[] b = parts(upper);
        return a[0] == b[0] && a[1] == b[1] - 1;
    }

    private static int[] parts(String version) {
        String[] texts = version.split("\\.", -1);
        if (texts.length != 3) {
            throw new IllegalArgumentException("no version: \"" + version + "\"");
        }
        int[] parts = new int[3];
        for (int i = 0; i < 3; i++) {
            parts[i] = Integer.parseInt(texts[i]);
        }
        return parts;
    }
}
