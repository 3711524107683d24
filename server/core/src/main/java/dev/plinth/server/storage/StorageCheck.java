package dev.plinth.server.storage;

import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.walio.check.Finding;
import dev.plinth.walio.check.Level;
import dev.plinth.walio.check.StorageInspector;
import dev.plinth.walio.check.StorageReport;
import dev.plinth.walio.check.SystemView;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Looks at the storage below the member's folders before anything is written there, and tells what
 * it found in the log and in the metrics. With {@code --strict-storage} a finding of level error
 * ends the start.
 */
public final class StorageCheck {
    private final SystemView system;
    private final Log log;
    private final Labeled<Gauge> warnings;
    private final Labeled<Gauge> levels;

    public StorageCheck(SystemView system, Metrics metrics, Log log) {
        this.system = system;
        this.log = log;
        warnings =
                metrics.gauges(
                        "plinth_storage_warning",
                        "1 for each finding of the storage check at start; docs/hardware.md explains them.",
                        "folder",
                        "check",
                        "level");
        levels =
                metrics.gauges(
                        "plinth_storage_level",
                        "Worst finding of the storage check at start: 0 none, 1 info, 2 warning, 3 error.",
                        "folder");
    }

    /**
     * Checks the data folder, and the log's if it is apart.
     *
     * @throws StartException when strict and something was found that can lose data
     */
    public void run(ServerConfig config) throws StartException {
        boolean isStrict = config.flags().bool("strict-storage");
        check("data", config.identity().dataDir(), isStrict);
        Path walDir = config.identity().walDir();
        if (walDir != null) {
            check("wal", walDir, isStrict);
        }
    }

    private void check(String folder, Path path, boolean isStrict) throws StartException {
        StorageReport report;
        try {
            report = new StorageInspector(system).inspect(path.toAbsolutePath());
        } catch (IOException e) {
            log.warn(
                    "storage cannot be inspected",
                    "path",
                    path.toString(),
                    "error",
                    e.getMessage());
            return;
        }
        log.info("storage", "folder", folder, "found", report.summary());
        levels.with(folder).set(report.worst().map(StorageCheck::number).orElse(0L));
        for (Finding finding : report.findings()) {
            warnings.with(folder, finding.check(), finding.level().word()).set(1);
            if (finding.level() != Level.INFO) {
                log.warn(
                        "storage: " + finding.fact(),
                        "folder",
                        folder,
                        "check",
                        finding.check(),
                        "level",
                        finding.level().word(),
                        "consequence",
                        finding.consequence(),
                        "remedy",
                        finding.remedy());
            }
        }
        if (isStrict && report.isRefusedWhenStrict()) {
            throw new StartException(
                    "--strict-storage: %s is not safe: %s"
                            .formatted(path, report.findings(Level.ERROR).getFirst().line()));
        }
    }

    private static long number(Level level) {
        return switch (level) {
            case INFO -> 1;
            case WARNING -> 2;
            case ERROR -> 3;
        };
    }
}
