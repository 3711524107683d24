package dev.plinth.walio.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The mounts that a process sees, in the order of the kernel's table.
 *
 * <p>One line of mountinfo, fields parted by a space, any number of optional fields before the
 * dash:
 *
 * <pre>
 * id parent major:minor root mount-point options [optional...] - type source super-options
 * </pre>
 *
 * Space, tab, newline and backslash inside a field are written as a backslash and three octal
 * digits. Lines of another form are skipped.
 */
final class MountTable {
    private static final int FIELDS_BEFORE_OPTIONAL = 6;
    private static final int FIELDS_AFTER_DASH = 3;

    private final List<Mount> mounts;

    private MountTable(List<Mount> mounts) {
        this.mounts = mounts;
    }

    static MountTable parse(String mountinfo) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : mountinfo.lines().toList()) {
            parseLine(line).ifPresent(mounts::add);
        }
        return new MountTable(mounts);
    }

    /** The mount that a real path (no symbolic links, absolute) lies on. */
    Optional<Mount> of(String path) {
        Mount best = null;
        for (Mount mount : mounts) {
            // The later of two mounts on one point hides the earlier.
            if (isBelow(path, mount.mountPoint())
                    && (best == null
                            || mount.mountPoint().length() >= best.mountPoint().length())) {
                best = mount;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isBelow(String path, String mountPoint) {
        if (mountPoint.equals("/")) {
            return path.startsWith("/");
        }
        return path.startsWith(mountPoint)
                && (path.length() == mountPoint.length()
                        || path.charAt(mountPoint.length()) == '/');
    }

    private static Optional<Mount> parseLine(String line) {
        List<String> fields = List.of(line.split(" ", -1));
        int dash = fields.indexOf("-");
        if (dash < FIELDS_BEFORE_OPTIONAL || fields.size() < dash + 1 + FIELDS_AFTER_DASH) {
            return Optional.empty();
        }
        List<String> numbers = List.of(fields.get(2).split(":", -1));
        if (numbers.size() != 2 || !isNumber(numbers.get(0)) || !isNumber(numbers.get(1))) {
            return Optional.empty();
        }
        List<String> options = new ArrayList<>(List.of(fields.get(5).split(",", -1)));
        options.addAll(List.of(unescape(fields.get(dash + 3)).split(",", -1)));
        return Optional.of(
                new Mount(
                        Integer.parseInt(numbers.get(0)),
                        Integer.parseInt(numbers.get(1)),
                        unescape(fields.get(4)),
                        fields.get(dash + 1),
                        unescape(fields.get(dash + 2)),
                        options));
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty()
                && text.length() <= 9
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder plain = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            int code = field.charAt(i) == '\\' ? octal(field, i + 1) : -1;
            if (code >= 0) {
                plain.append((char) code);
                i += 3;
            } else {
                plain.append(field.charAt(i));
            }
        }
        return plain.toString();
    }

    /** Three octal digits from an index on, or -1. */
    private static int octal(String field, int from) {
        if (from + 3 > field.length()) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + 3; i++) {
            int digit = field.charAt(i) - '0';
            if (digit < 0 || digit > 7) {
                return -1;
            }
            code = code * 8 + digit;
        }
        return code;
    }
}
