package dev.plinth.server.cluster.up;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code plinth cluster}. The launcher tells in PLINTH_LAUNCHER where it lies. */
@Command(
        name = "plinth cluster",
        mixinStandardHelpOptions = true,
        description = "A cluster of several members on this machine, for development.",
        subcommands = {
            ClusterCommand.Up.class,
            ClusterCommand.Status.class,
            ClusterCommand.Down.class,
            HelpCommand.class
        })
public final class ClusterCommand {
    private static final int PORT_MAX = 65_535;

    private ClusterCommand() {}

    /** Runs it; the exit code is 0, 1 for an error, or 2 for wrong usage. */
    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new ClusterCommand())
                        .setExecutionExceptionHandler((failure, line, _) -> {
                            line.getErr().println("plinth cluster: " + failure.getMessage());
                            return 1;
                        })
                        .execute(arguments));
    }

    /** Where the cluster lies. */
    static final class Place {
        @Option(
                names = "--folder",
                defaultValue = "plinth-cluster",
                description =
                        "Folder for data, logs and process ids (default: ./${DEFAULT-VALUE}).")
        private Path folder = Path.of("plinth-cluster");

        @Spec(Spec.Target.MIXEE)
        private @Nullable CommandSpec command;

        /** The command line that the command is a part of. */
        private CommandLine line() {
            CommandSpec given = command;
            if (given == null) {
                throw new IllegalStateException("not run by the command line");
            }
            return given.commandLine();
        }

        /** Where results go. */
        private PrintWriter out() {
            return line().getOut();
        }
    }

    @Command(
            name = "up",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Starts the members that do not run, waits until all serve, and shows them.",
                "The members go on in the background; their data stays where it is when they are stopped."
            },
            footer = {
                "",
                "Examples:",
                "  plinth cluster up 3",
                "  plinth cluster up 5 --port 23790 -- --snapshot-count=1000"
            })
    static final class Up implements Callable<Integer> {
        @Mixin private final Place place = new Place();

        @Option(
                names = "--port",
                defaultValue = "2379",
                description = {
                    "Port for clients of the first member; peers have the next one, and each further member",
                    "stands ten above the one before (default: ${DEFAULT-VALUE})."
                })
        private int port;

        @Parameters(index = "0", paramLabel = "N", description = "Number of members, 1 to 9.")
        private int count;

        @Parameters(
                index = "1..*",
                arity = "0..*",
                paramLabel = "FLAG",
                description = "Flags for each member, after --.")
        private List<String> flags = List.of();

        @Override
        public Integer call() throws IOException {
            if (count < 1 || count > LocalCluster.MEMBERS_MAX) {
                throw wrong("the number of members is 1 to " + LocalCluster.MEMBERS_MAX);
            }
            if (port < 1 || port + (count - 1) * LocalCluster.PORT_STEP + 1 > PORT_MAX) {
                throw wrong("--port leaves no room for the members' ports");
            }
            String launcher = System.getenv("PLINTH_LAUNCHER");
            if (launcher == null) {
                throw new IOException("start this command by the launcher, plinth");
            }
            LocalCluster cluster = LocalCluster.openOrMake(place.folder, count, port);
            cluster.up(launcher, flags);
            return cluster.print(place.out()) ? 0 : 1;
        }

        private ParameterException wrong(String message) {
            return new ParameterException(place.line(), message);
        }
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows the members; the exit code is 0 if all run and follow one leader.")
    static final class Status implements Callable<Integer> {
        @Mixin private final Place place = new Place();

        @Override
        public Integer call() throws IOException {
            return LocalCluster.open(place.folder).print(place.out()) ? 0 : 1;
        }
    }

    @Command(
            name = "down",
            mixinStandardHelpOptions = true,
            description = "Stops the members, as an operator does; their data stays.")
    static final class Down implements Callable<Integer> {
        @Mixin private final Place place = new Place();

        @Override
        public Integer call() throws IOException, InterruptedException {
            LocalCluster cluster = LocalCluster.open(place.folder);
            PrintWriter out = place.out();
            out.printf("stopped %d of %d members%n", cluster.down(), cluster.nodes().size());
            out.flush();
            return 0;
        }
    }
}
