package dev.plinth.walio.check;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers of a Linux release such as {@code 5.15.0-91-generic}.
 *
 * <p>Distributions carry fixes back without raising these numbers, so a verdict from them alone is
 * "may be affected".
 *
 * @param release as the kernel gives it
 */
public record KernelVersion(int major, int minor, int patch, String release)
        implements Comparable<KernelVersion> {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,5}))?.*");

    /** A release that is not of the usual form: older than everything. */
    private static KernelVersion unknown(String release) {
        return new KernelVersion(0, 0, 0, release);
    }

    /** Reads a release; what is not of the usual form becomes version 0.0.0. */
    public static KernelVersion parse(String release) {
        String text = release.strip();
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return unknown(text);
        }
        String patch = matcher.group(3);
        return new KernelVersion(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                patch == null ? 0 : Integer.parseInt(patch),
                text);
    }

    /** Whether this is the given version or a newer one. */
    public boolean isAtLeast(int otherMajor, int otherMinor, int otherPatch) {
        return compareTo(new KernelVersion(otherMajor, otherMinor, otherPatch, "")) >= 0;
    }

    /** Whether the numbers could be read. */
    public boolean isKnown() {
        return major > 0;
    }

    /** Whether ext4 of this kernel can do fast commits at all. */
    public boolean hasFastCommit() {
        return isAtLeast(5, 10, 0);
    }

    /**
     * Whether ext4's fast commit may lose synced pages here. The two fixes ("may miss tracking
     * unwritten range during ftruncate", "may not fallback for ineligible commit") are in 5.17; of
     * the long-term kernels only 5.15.27 is documented to have both. bbolt's issue 562 is the
     * damage that they caused.
     */
    public boolean hasFastCommitBug() {
        if (!hasFastCommit() || isAtLeast(5, 17, 0)) {
            return false;
        }
        boolean fixedLongTerm = major == 5 && minor == 15 && patch >= 27;
        return !fixedLongTerm;
    }

    @Override
    public int compareTo(KernelVersion other) {
        int byMajor = Integer.compare(major, other.major);
        if (byMajor != 0) {
            return byMajor;
        }
        int byMinor = Integer.compare(minor, other.minor);
        return byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return release;
    }
}
