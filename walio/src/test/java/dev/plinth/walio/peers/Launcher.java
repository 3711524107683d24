package dev.plinth.walio.peers;

import java.nio.file.Files;
import java.nio.file.Path;

/** The program that tests start where a user would. */
public final class Launcher {
    private Launcher() {}

    /**
     * What a user would start: the launcher at the top of the project, or with {@code
     * -Dplinth.program=FILE} that of a release.
     */
    public static Path program() {
        String given = System.getProperty("plinth.program", "");
        return given.isEmpty() ? ofProject() : Path.of(given);
    }

    /** The launcher at the top of the project, the folder that holds all the sources. */
    public static Path ofProject() {
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            Path launcher = folder.resolve("plinth");
            if (Files.isExecutable(launcher) && Files.isRegularFile(launcher)) {
                return launcher;
            }
        }
        throw new AssertionError("no launcher above " + Path.of("").toAbsolutePath());
    }
}
