package dev.plinth.server.maintenance;

/** Order of versions of the form {@code major.minor.patch}. */
public final class Versions {
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
