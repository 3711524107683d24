package dev.plinth.nativebench.measure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What to measure.
 *
 * @param directory where the log would lie; files are made in a new directory below it
 * @param neighbourDirectory where the second writer writes; the same unless told otherwise
 * @param seconds time for all of it, preparation apart
 * @param sizes bytes per write
 * @param depths writers at once
 * @param interferences kinds of second writer
 * @param paths write paths
 * @param fileBytes size of each of the four files written to
 * @param seed of the order of slices
 */
public record BenchOptions(
        Path directory,
        Path neighbourDirectory,
        int seconds,
        List<Integer> sizes,
        List<Integer> depths,
        List<Interference> interferences,
        List<WritePath> paths,
        long fileBytes,
        long seed) {
    public static final long FILE_BYTES_MIN = 4 << 20;
    public static final long FILE_BYTES_MAX = 4L << 30;

    public BenchOptions {
        sizes = List.copyOf(sizes);
        depths = List.copyOf(depths);
        interferences = List.copyOf(interferences);
        paths = List.copyOf(paths);
        if (seconds < 1) {
            throw new IllegalArgumentException("less than a second measures nothing");
        }
        if (sizes.isEmpty() || depths.isEmpty() || interferences.isEmpty() || paths.isEmpty()) {
            throw new IllegalArgumentException("nothing to measure");
        }
        if (fileBytes < FILE_BYTES_MIN || fileBytes > FILE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "file size " + fileBytes + " is not " + FILE_BYTES_MIN + ".." + FILE_BYTES_MAX);
        }
    }

    /** The columns of the matrix, those that the verdict needs first. */
    public List<Load> loads() {
        List<Load> loads = new ArrayList<>();
        for (int depth : depths) {
            for (int size : sizes) {
                for (Interference interference : interferences) {
                    loads.add(new Load(size, depth, interference));
                }
            }
        }
        return loads;
    }

    /** Room needed on the disk: the four files, the neighbour's two, and the renewed one. */
    long bytesNeeded() {
        return 7 * fileBytes;
    }
}
