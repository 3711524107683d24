package dev.plinth.walio.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out how an ext4 file system is set up, with and without the superuser's rights.
 *
 * <p>Fast commit shows in these places, best first:
 *
 * <ol>
 *   <li>the super block's feature bit, readable for root and the group {@code disk};
 *   <li>the line {@code fc_debug_force} in {@code /proc/fs/ext4/DEV/options}: proves it on. Its
 *       absence proves nothing, since only kernels built with CONFIG_EXT4_DEBUG print it;
 *   <li>{@code /proc/fs/ext4/DEV/fc_info}: any commit or ineligible commit counted proves it on;
 *   <li>the same counters around one sync of a new file: still 0 then means off, since with the
 *       feature every sync is either committed fast or counted as ineligible.
 * </ol>
 */
final class Ext4Reader {
    private static final Pattern COUNT = Pattern.compile("(\\d{1,18}) (commits|ineligible)");

    private final SystemView system;

    Ext4Reader(SystemView system) {
        this.system = system;
    }

    Ext4Facts read(Path directory, Mount mount, String device, KernelVersion kernel) {
        String folder = "/proc/fs/ext4/" + device;
        Optional<String> effective = system.text(folder + "/options");
        List<String> options = new ArrayList<>(mount.options());
        effective.ifPresent(text -> text.lines().map(String::strip).forEach(options::add));
        Optional<Ext4Superblock> superblock = superblock(mount, device);

        Optional<String> dataMode =
                options.stream()
                        .filter(option -> option.startsWith("data="))
                        .map(option -> option.substring("data=".length()))
                        .findFirst();
        // The effective options name the data mode exactly when there is a journal.
        boolean journal =
                superblock
                        .map(Ext4Superblock::hasJournal)
                        .orElse(effective.isEmpty() || dataMode.isPresent());
        Verdict verdict = fastCommit(directory, folder, options, superblock, journal, kernel);
        return new Ext4Facts(
                verdict.state(),
                verdict.evidence(),
                journal,
                dataMode,
                options,
                superblock.map(Ext4Superblock::features).orElse(List.of()));
    }

    private Optional<Ext4Superblock> superblock(Mount mount, String device) {
        String path = mount.source().startsWith("/dev/") ? mount.source() : "/dev/" + device;
        return system.deviceBytes(path, Ext4Superblock.OFFSET, Ext4Superblock.BYTES)
                .flatMap(Ext4Superblock::parse);
    }

    private record Verdict(FastCommit state, String evidence) {}

    private Verdict fastCommit(
            Path directory,
            String folder,
            List<String> options,
            Optional<Ext4Superblock> superblock,
            boolean journal,
            KernelVersion kernel) {
        if (kernel.isKnown() && !kernel.hasFastCommit()) {
            return new Verdict(FastCommit.OFF, "kernel older than 5.10");
        }
        if (superblock.isPresent()) {
            boolean on = superblock.get().hasFastCommit();
            return new Verdict(on ? FastCommit.ON : FastCommit.OFF, "super block");
        }
        if (options.contains("fc_debug_force")) {
            return new Verdict(FastCommit.ON, "option fc_debug_force in " + folder + "/options");
        }
        if (!journal) {
            return new Verdict(FastCommit.OFF, "there is no journal");
        }
        return byCounters(directory, folder + "/fc_info");
    }

    private Verdict byCounters(Path directory, String file) {
        long before = syncsCounted(file);
        if (before < 0) {
            return new Verdict(FastCommit.UNKNOWN, "neither super block nor counters readable");
        }
        if (before > 0) {
            return new Verdict(FastCommit.ON, "commits counted in " + file);
        }
        if (!system.syncSmallFile(directory)) {
            return new Verdict(FastCommit.UNKNOWN, "no commits in " + file + ", cannot write here");
        }
        return syncsCounted(file) > 0
                ? new Verdict(FastCommit.ON, "a sync counted in " + file)
                : new Verdict(FastCommit.OFF, "a sync not counted in " + file);
    }

    /** Fast and ineligible commits since the mount, or -1 if the kernel does not tell. */
    private long syncsCounted(String file) {
        Optional<String> info = system.text(file);
        if (info.isEmpty()) {
            return -1;
        }
        long sum = 0;
        boolean found = false;
        for (String line : info.get().lines().toList()) {
            Matcher matcher = COUNT.matcher(line.strip());
            if (matcher.matches()) {
                sum += Long.parseLong(matcher.group(1));
                found = true;
            }
        }
        return found ? sum : -1;
    }
}
