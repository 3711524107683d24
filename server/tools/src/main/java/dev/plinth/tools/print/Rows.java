package dev.plinth.tools.print;

import dev.plinth.api.etcdserverpb.Member;
import dev.plinth.api.etcdserverpb.StatusResponse;
import dev.plinth.server.cli.GoText;
import java.util.ArrayList;
import java.util.List;

/** The columns that simple output and tables share. */
public final class Rows {
    static final List<String> MEMBER =
            List.of("ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner");
    static final List<String> HEALTH = List.of("endpoint", "health", "took", "error");
    static final List<String> HASH = List.of("endpoint", "hash", "hash_revision");
    static final List<String> STATUS =
            List.of(
                    "endpoint",
                    "ID",
                    "version",
                    "storage version",
                    "db size",
                    "in use",
                    "percentage not in use",
                    "quota",
                    "is leader",
                    "is learner",
                    "raft term",
                    "raft index",
                    "raft applied index",
                    "errors",
                    "downgrade target version",
                    "downgrade enabled");

    private static final String[] SIZE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Rows() {}

    static List<String> member(Member member) {
        return List.of(
                Long.toHexString(member.getID()),
                member.getName().isEmpty() ? "unstarted" : "started",
                member.getName(),
                String.join(",", member.getPeerURLsList()),
                String.join(",", member.getClientURLsList()),
                String.valueOf(member.getIsLearner()));
    }

    static List<String> health(EndpointHealth health) {
        return List.of(
                health.endpoint(),
                String.valueOf(health.isHealthy()),
                GoText.duration(health.tookNanos()),
                health.error());
    }

    static List<String> hash(EndpointHash hash) {
        return List.of(
                hash.endpoint(),
                Integer.toUnsignedString(hash.hash().getHash()),
                Long.toString(hash.revision()));
    }

    static List<String> status(EndpointStatus endpoint) {
        StatusResponse status = endpoint.status();
        List<String> row = new ArrayList<>();
        row.add(endpoint.endpoint());
        row.add(Long.toHexString(status.getHeader().getMemberId()));
        row.add(status.getVersion());
        row.add(storageVersion(status));
        row.add(size(status.getDbSize()));
        row.add(size(status.getDbSizeInUse()));
        row.add(percentageNotInUse(status.getDbSizeInUse(), status.getDbSize()) + "%");
        row.add(size(status.getDbSizeQuota()));
        row.add(String.valueOf(status.getLeader() == status.getHeader().getMemberId()));
        row.add(String.valueOf(status.getIsLearner()));
        row.add(Long.toUnsignedString(status.getRaftTerm()));
        row.add(Long.toUnsignedString(status.getRaftIndex()));
        row.add(Long.toUnsignedString(status.getRaftAppliedIndex()));
        row.add(String.join(", ", status.getErrorsList()));
        row.add(status.getDowngradeInfo().getTargetVersion());
        row.add(String.valueOf(status.getDowngradeInfo().getEnabled()));
        return row;
    }

    /** Servers of 3.5 do not tell which form their storage has: it is the one of 3.5. */
    private static String storageVersion(StatusResponse status) {
        boolean isBeforeItWasTold =
                status.getStorageVersion().isEmpty() && status.getVersion().startsWith("3.5.");
        return isBeforeItWasTold ? "3.5.0" : status.getStorageVersion();
    }

    private static long percentageNotInUse(long inUse, long size) {
        return size == 0 ? 0 : 100 - inUse * 100 / size;
    }

    /** A size in decimal units: {@code 20 kB}, {@code 2.1 GB}. */
    public static String size(long bytes) {
        if (bytes < 10) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit + 1 < SIZE_UNITS.length) {
            value /= 1000;
            unit++;
        }
        // One decimal at most, half up; none from 10 on, and there half to even, as Go rounds.
        double rounded = Math.floor(value * 10 + 0.5) / 10;
        String number =
                rounded < 10
                        ? String.format("%.1f", rounded)
                        : Long.toString((long) Math.rint(rounded));
        return number + " " + SIZE_UNITS[unit];
    }
}
