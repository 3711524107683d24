package dev.plinth.walio.check;

import java.util.List;
import java.util.Optional;

/**
 * One line of {@code /proc/self/mountinfo}.
 *
 * @param major device number; 0 for file systems that do not lie on one block device
 * @param mountPoint where it is mounted, escapes resolved
 * @param type file system's name as the kernel spells it
 * @param source device or other origin, escapes resolved
 * @param options options of the mount and of the file system together
 */
public record Mount(
        int major, int minor, String mountPoint, String type, String source, List<String> options) {
    public Mount {
        options = List.copyOf(options);
    }

    /** Whether an option without a value, or one with its value, is set. */
    public boolean hasOption(String option) {
        return options.contains(option);
    }

    /** The value of {@code name=value}. */
    public Optional<String> optionValue(String name) {
        String prefix = name + "=";
        return options.stream()
                .filter(option -> option.startsWith(prefix))
                .map(option -> option.substring(prefix.length()))
                .findFirst();
    }
}
