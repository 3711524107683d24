package dev.plinth.walio;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** Which {@link WritePath} a log takes. */
final class WritePathChoice {
    private WritePathChoice() {}

    static WritePath forDirectory(Disk disk, Clock clock, Path directory, WalOptions options)
            throws IOException {
        return options.writePath().orElse(WritePath.DIRECT_DSYNC);
    }
}
