package dev.plinth.server.boot;

import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.config.ConfigException;
import dev.plinth.server.config.ConfigFile;
import dev.plinth.server.config.ConfigRules;
import dev.plinth.server.config.Environment;
import dev.plinth.server.config.Flag;
import dev.plinth.server.config.FlagException;
import dev.plinth.server.config.FlagHelp;
import dev.plinth.server.config.FlagParser;
import dev.plinth.server.config.FlagTable;
import dev.plinth.server.config.FlagValues;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.log.LogSink;
import dev.plinth.server.log.SinkLoggerFinder;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One run of {@code plinth server}: reads the command line, starts the member, waits for its end.
 * Messages and exit codes are etcd's: 2 for a command line that cannot be read, 1 for settings or
 * files that cannot be used, 128 plus the signal's number after a clean stop.
 */
final class ServerProcess {
    private static final int USAGE = 2;
    private static final int FAILED = 1;

    private final Map<String, String> environment;
    private final LogSink sink = SinkLoggerFinder.processSink();
    private final Log log = new Log(sink, "");

    ServerProcess(Map<String, String> environment) {
        this.environment = environment;
    }

    int run(List<String> arguments) {
        FlagTable table = FlagTable.standard();
        if (!arguments.isEmpty()
                && List.of("gateway", "grpc-proxy").contains(arguments.getFirst())) {
            System.err.println(
                    "etcd %s is not part of Plinth; run the real etcd's %s in front of it"
                            .formatted(arguments.getFirst(), arguments.getFirst()));
            return FAILED;
        }
        FlagParser.Result parsed;
        try {
            parsed = new FlagParser(table).parse(arguments);
        } catch (FlagException e) {
            System.err.println(e.getMessage());
            System.err.print(FlagHelp.usage());
            return USAGE;
        }
        if (parsed.isHelpAsked()) {
            System.err.print(FlagHelp.usage());
            System.out.print(FlagHelp.flags(table));
            return 0;
        }
        FlagValues values = parsed.values();
        if (values.bool("version")) {
            return Versions.printAsEtcd(System.out, compat(values));
        }
        ServerConfig config;
        try {
            if (!parsed.rest().isEmpty()) {
                throw new ConfigException(
                        "\"" + parsed.rest().getFirst() + "\" is not a valid flag");
            }
            config = conclude(values);
        } catch (ConfigException | IOException e) {
            logRunning(arguments);
            log.warn("failed to verify flags", "error", e.getMessage());
            return FAILED;
        }
        warnOfFlags(config);
        logRunning(arguments);
        return serve(config);
    }

    /** A file rules out flags and variables; else a variable sets what no flag does. */
    private ServerConfig conclude(FlagValues values) throws ConfigException, IOException {
        String file = values.text("config-file");
        if (file.isEmpty()) {
            file = environment.getOrDefault("ETCD_CONFIG_FILE", "");
        }
        if (file.isEmpty()) {
            List<Environment.Note> notes = Environment.apply(environment, values);
            ServerConfig config = ConfigRules.conclude(values);
            LogSetup.configure(sink, config.log());
            notes.forEach(this::tell);
            return config;
        }
        String text;
        try {
            text = Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new ConfigException("open " + file + ": cannot be read (" + e.getMessage() + ")");
        }
        ServerConfig config = ConfigRules.conclude(ConfigFile.read(text, values.table()));
        LogSetup.configure(sink, config.log());
        log.info(
                "loaded server configuration, other configuration command line flags and environment"
                        + " variables will be ignored if provided",
                "path",
                file);
        return config;
    }

    private int serve(ServerConfig config) {
        if (config.identity().wasDataDirDefaulted()) {
            log.warn(
                    "'data-dir' was empty; using default",
                    "data-dir",
                    config.identity().dataDir().toString());
        }
        try {
            while (true) {
                Lifecycle lifecycle = new Lifecycle(log);
                Member member = new Bootstrap(config, new SystemClock(), log, lifecycle).start();
                int code = lifecycle.awaitEnd(member);
                if (!lifecycle.isToStartAgain()) {
                    return code;
                }
                log.warn("starting again, to repair damaged files");
            }
        } catch (StartException e) {
            log.error("bootstrap failed", "error", e.getMessage());
            log.fatal("discovery failed", "error", e.getMessage());
            return FAILED;
        } catch (RuntimeException | Error e) {
            log.error("bootstrap failed", e);
            log.fatal("discovery failed", "error", String.valueOf(e.getMessage()));
            return FAILED;
        }
    }

    private void logRunning(List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add("etcd");
        words.addAll(arguments);
        log.info("Running: ", "args", words);
    }

    private void tell(Environment.Note note) {
        Object[] fields = note.fields().toArray();
        if (note.isWarning()) {
            log.warn(note.message(), fields);
        } else {
            log.info(note.message(), fields);
        }
    }

    private void warnOfFlags(ServerConfig config) {
        FlagValues flags = config.flags();
        for (String name : flags.formerNames()) {
            log.warn(
                    "--" + name + " is a former spelling; see --help for the present one",
                    "flag",
                    name);
        }
        for (String name : flags.ignoredNames()) {
            log.warn("ignoring deprecated flag", "flag", name);
        }
        for (Flag flag : flags.table().all()) {
            if (flags.isGiven(flag.name())
                    && flag.standing() instanceof Flag.Standing.Inert(String instead)) {
                log.warn("flag has no effect here", "flag", flag.name(), "instead", instead);
            }
        }
        if (config.listeners().clientHttp().isEmpty()) {
            log.warn(
                    "Running http and grpc server on single port. This is not recommended for"
                            + " production.",
                    "remedy",
                    "--listen-client-http-urls gives HTTP a port of its own");
        }
        if (config.requests().requestBytesMax() > 10L << 20) {
            log.warn(
                    "exceeded recommended request limit",
                    "max-request-bytes",
                    config.requests().requestBytesMax(),
                    "recommended-request-bytes",
                    10L << 20,
                    "remedy",
                    "store large values elsewhere, and their names here");
        }
    }

    private static CompatVersion compat(FlagValues values) {
        for (CompatVersion version : CompatVersion.values()) {
            if (version.minor().equals(values.text("compat-version"))) {
                return version;
            }
        }
        return CompatVersion.V3_7;
    }
}
