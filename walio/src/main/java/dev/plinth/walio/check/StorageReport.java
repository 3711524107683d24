package dev.plinth.walio.check;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Facts and findings of one path.
 *
 * @param facts what lies under it
 * @param findings worst first, then in the order of the rules
 */
public record StorageReport(StorageFacts facts, List<Finding> findings) {
    public StorageReport {
        findings = List.copyOf(findings);
    }

    /** The worst level found; empty if there is nothing to say. */
    public Optional<Level> worst() {
        return findings.stream().map(Finding::level).max(Level::compareTo);
    }

    /** Whether a member that was told to be strict has to refuse this place. */
    public boolean isRefusedWhenStrict() {
        return worst().filter(level -> level == Level.ERROR).isPresent();
    }

    /** Findings of at least a level. */
    public List<Finding> findings(Level least) {
        return findings.stream().filter(finding -> finding.level().compareTo(least) >= 0).toList();
    }

    /** The facts as one line of a log. */
    public String summary() {
        StringBuilder line = new StringBuilder(200);
        line.append(facts.path())
                .append(": ")
                .append(facts.typeName())
                .append(" on kernel ")
                .append(facts.kernel());
        facts.ext4()
                .ifPresent(ext4 ->
                        line.append(", journal ")
                                .append(ext4.journal() ? ext4.dataMode().orElse("yes") : "none")
                                .append(", fast commit ")
                                .append(ext4.fastCommit()));
        facts.device().ifPresent(device -> line.append(", ").append(describe(device)));
        line.append(", ")
                .append(facts.space().availableBytes() >> 20)
                .append(" MiB free; findings: ")
                .append(counts());
        return line.toString();
    }

    private String counts() {
        if (findings.isEmpty()) {
            return "none";
        }
        return findings.stream()
                .map(finding -> finding.check() + " (" + finding.level().word() + ")")
                .collect(Collectors.joining(", "));
    }

    /** A device and what it is made of, such as {@code dm-0 [nvme0n1p2]}. */
    private static String describe(BlockDevice device) {
        String lower =
                device.lower().stream()
                        .map(BlockDevice::name)
                        .collect(Collectors.joining(" ", " [", "]"));
        String cache =
                switch (device.cache()) {
                    case VOLATILE -> "volatile cache";
                    case SAFE -> "no volatile cache";
                    case UNKNOWN -> "cache unknown";
                };
        return device.name()
                + (device.lower().isEmpty() ? "" : lower)
                + " ("
                + cache
                + (device.forceUnitAccess() ? ", FUA" : ", no FUA")
                + ")";
    }
}
