package dev.plinth.nativebench.measure;

import dev.plinth.walio.check.StorageReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A finished measurement.
 *
 * @param startedWallMillis when it was started
 * @param machine processor and Java, one line
 * @param options what was asked for
 * @param storage what lies under the directory
 * @param directAlignmentBytes what statx says for positions and lengths; 0 if direct is refused, -1
 *     if unknown
 * @param zeroFillBytesPerSecond rate of filling one file with zeros, sync included
 * @param processorsBusyShare share of the run in which the machine's processors worked or were
 *     taken away by its host
 * @param processorsStolenShare the latter alone
 * @param cells figures by path and load
 * @param unavailable paths that the file system or the machine refused, with the reason
 */
public record BenchResult(
        long startedWallMillis,
        String machine,
        BenchOptions options,
        StorageReport storage,
        int directAlignmentBytes,
        double zeroFillBytesPerSecond,
        double processorsBusyShare,
        double processorsStolenShare,
        List<Cell> cells,
        Map<WritePath, String> unavailable) {
    public BenchResult {
        cells = List.copyOf(cells);
        unavailable = Map.copyOf(unavailable);
    }

    /** The loads measured, in order. */
    public List<Load> loads() {
        return cells.stream().map(Cell::load).distinct().toList();
    }

    /** The cells of a load, in the order of the paths. */
    public List<Cell> cells(Load load) {
        return cells.stream().filter(cell -> cell.load().equals(load)).toList();
    }

    /** One cell, if it was measured. */
    public Optional<Cell> cell(WritePath path, Load load) {
        return cells.stream()
                .filter(cell -> cell.path() == path && cell.load().equals(load))
                .filter(cell -> cell.count() > 0)
                .findFirst();
    }

    /** The load that verdicts are about: a lone 4 KiB commit, or the nearest that was measured. */
    public Load baseLoad() {
        List<Load> loads = loads();
        return loads.stream().filter(Load::isBase).findFirst().orElse(loads.getFirst());
    }
}
