package dev.plinth.nativebench.report;

import dev.plinth.walio.check.BlockDevice;
import dev.plinth.walio.check.Ext4Facts;
import dev.plinth.walio.check.Finding;
import dev.plinth.walio.check.Mount;
import dev.plinth.walio.check.StorageFacts;
import dev.plinth.walio.check.StorageReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@link StorageReport} for people and for machines. */
public final class StorageText {
    private static final int WIDTH = 88;

    private StorageText() {}

    /** The facts by name, in the order in which they are shown. */
    static Map<String, String> facts(StorageReport report) {
        StorageFacts facts = report.facts();
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("path", facts.path().toString());
        rows.put("kernel", facts.kernel().toString());
        facts.mount()
                .ifPresent(mount ->
                        rows.put(
                                "file system",
                                mount.type()
                                        + " from "
                                        + mount.source()
                                        + " at "
                                        + mount.mountPoint()));
        facts.mount().ifPresent(mount -> rows.put("mount options", options(mount)));
        facts.ext4()
                .ifPresent(ext4 -> {
                    rows.put("ext4 journal", journal(ext4));
                    rows.put(
                            "ext4 fast commit",
                            ext4.fastCommit().name().toLowerCase(Locale.ROOT)
                                    + " ("
                                    + ext4.fastCommitEvidence()
                                    + ")");
                    if (!ext4.features().isEmpty()) {
                        rows.put("ext4 features", String.join(" ", ext4.features()));
                    }
                });
        facts.device().ifPresent(device -> addDevice(rows, device, 0));
        rows.put(
                "space",
                (facts.space().availableBytes() >> 20)
                        + " MiB free of "
                        + (facts.space().totalBytes() >> 20)
                        + " MiB");
        if (facts.swapUsedBytes() > 0) {
            rows.put("swap in use", (facts.swapUsedBytes() >> 20) + " MiB");
        }
        return rows;
    }

    private static String options(Mount mount) {
        return mount.options().stream().distinct().collect(Collectors.joining(","));
    }

    private static String journal(Ext4Facts ext4) {
        return ext4.journal() ? "data=" + ext4.dataMode().orElse("unknown") : "none";
    }

    private static void addDevice(Map<String, String> rows, BlockDevice device, int depth) {
        StringBuilder row = new StringBuilder();
        row.append(
                switch (device.cache()) {
                    case VOLATILE -> "volatile write cache";
                    case SAFE -> "no volatile write cache";
                    case UNKNOWN -> "write cache unknown";
                });
        row.append(device.forceUnitAccess() ? ", FUA" : ", no FUA");
        if (device.logicalBlockBytes() > 0) {
            row.append(", blocks ")
                    .append(device.logicalBlockBytes())
                    .append('/')
                    .append(device.physicalBlockBytes());
        }
        if (!device.scheduler().isEmpty()) {
            row.append(", scheduler ").append(device.scheduler());
        }
        if (!device.model().isEmpty()) {
            row.append(", ").append(device.model());
        }
        device.backingFile().ifPresent(file -> row.append(", file ").append(file));
        rows.put("  ".repeat(depth) + "device " + device.name(), row.toString());
        device.lower().forEach(lower -> addDevice(rows, lower, depth + 1));
    }

    /** The report as text. */
    public static String text(StorageReport report) {
        StringBuilder text = new StringBuilder();
        facts(report).forEach((name, value) -> text.append("%-18s %s%n".formatted(name, value)));
        text.append(System.lineSeparator());
        if (report.findings().isEmpty()) {
            text.append("Nothing to find fault with.").append(System.lineSeparator());
        }
        for (Finding finding : report.findings()) {
            text.append(
                    "%-7s %s (%s)%n"
                            .formatted(finding.level().name(), finding.fact(), finding.check()));
            text.append(wrap(finding.consequence()));
            text.append(wrap("→ " + finding.remedy()));
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String wrap(String sentence) {
        StringBuilder lines = new StringBuilder();
        StringBuilder line = new StringBuilder("       ");
        for (String word : List.of(sentence.split(" ", -1))) {
            if (line.length() + 1 + word.length() > WIDTH) {
                lines.append(line).append(System.lineSeparator());
                line.setLength(0);
                line.append("       ");
            }
            line.append(' ').append(word);
        }
        return lines.append(line).append(System.lineSeparator()).toString();
    }

    /** The report as JSON. */
    public static String json(StorageReport report) {
        JsonWriter json = new JsonWriter();
        write(report, json);
        return json.toString();
    }

    static void write(StorageReport report, JsonWriter json) {
        StorageFacts facts = report.facts();
        json.object();
        json.field("path", facts.path().toString());
        json.field("worst", report.worst().map(level -> level.word()).orElse("none"));
        json.field("kernel", facts.kernel().toString());
        json.field("fileSystem", facts.typeName());
        facts.mount()
                .ifPresent(mount -> {
                    json.field("mountPoint", mount.mountPoint());
                    json.field("source", mount.source());
                    json.name("mountOptions").row();
                    mount.options().stream().distinct().forEach(json::value);
                    json.end();
                });
        facts.ext4().ifPresent(ext4 -> write(ext4, json));
        facts.device()
                .ifPresent(device -> {
                    json.name("device");
                    write(device, json);
                });
        json.field("availableBytes", facts.space().availableBytes());
        json.field("totalBytes", facts.space().totalBytes());
        json.field("swapUsedBytes", facts.swapUsedBytes());
        json.name("findings").array();
        for (Finding finding : report.findings()) {
            json.object()
                    .field("check", finding.check())
                    .field("level", finding.level().word())
                    .field("fact", finding.fact())
                    .field("consequence", finding.consequence())
                    .field("remedy", finding.remedy())
                    .end();
        }
        json.end().end();
    }

    private static void write(Ext4Facts ext4, JsonWriter json) {
        json.name("ext4").object();
        json.field("journal", ext4.journal());
        json.field("dataMode", ext4.dataMode().orElse("unknown"));
        json.field("fastCommit", ext4.fastCommit().name().toLowerCase(Locale.ROOT));
        json.field("fastCommitEvidence", ext4.fastCommitEvidence());
        json.name("features").row();
        ext4.features().forEach(json::value);
        json.end().end();
    }

    private static void write(BlockDevice device, JsonWriter json) {
        json.object();
        json.field("name", device.name());
        json.field("writeCache", device.cache().name().toLowerCase(Locale.ROOT));
        json.field("forceUnitAccess", device.forceUnitAccess());
        json.field("rotational", device.rotational());
        json.field("logicalBlockBytes", device.logicalBlockBytes());
        json.field("physicalBlockBytes", device.physicalBlockBytes());
        json.field("scheduler", device.scheduler());
        json.field("model", device.model());
        json.name("lower").array();
        device.lower().forEach(lower -> write(lower, json));
        json.end().end();
    }
}
