package dev.plinth.tools.bench;

import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.Credentials;
import dev.plinth.tools.client.TlsSettings;
import dev.plinth.tools.text.Console;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The flags that every benchmark takes, and what they amount to. */
final class BenchFlags {
    private static final long DIAL_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long KEEP_ALIVE_NANOS = TimeUnit.MINUTES.toNanos(1);

    static final List<Flag> ALL =
            List.of(
                    Flag.texts(
                            "endpoints",
                            "127.0.0.1:2379",
                            "gRPC endpoints; connections go to them in turn"),
                    Flag.unsigned("conns", 1, "Total number of gRPC connections"),
                    Flag.unsigned("clients", 1, "Total number of gRPC clients"),
                    Flag.bool("precise", "use full floating point precision"),
                    Flag.bool("sample", "list the requests of every second"),
                    Flag.text("cert", "", "identify the client by this TLS certificate file"),
                    Flag.text("key", "", "private key of the certificate"),
                    Flag.text("cacert", "", "verify the servers' certificates with this CA bundle"),
                    Flag.text(
                            "user",
                            "",
                            "username[:password]; prompts if the password is not supplied"),
                    Flag.duration(
                            "dial-timeout", "0s", "how long the first answer may take; 0 is 10s"),
                    Flag.duration(
                            "auto-sync-interval",
                            "0s",
                            "only 0 is taken: the endpoints of a run do not change"),
                    Flag.bool(
                            "report-perfdash",
                            "also write the percentiles as a JSON file for perfdash, into the folder"
                                    + " that the variable ARTIFACTS names, or into _artifacts"),
                    Flag.bool(
                            "open-loop",
                            "with --rate: count latencies from the time at which a request was due,"
                                    + " whether or not a client was free then"),
                    Flag.unsigned(
                            "threads",
                            0,
                            "threads that serve the connections; 0 is half of the processors"),
                    Flag.text("csv", "", "also write the figures as CSV into this file"),
                    Flag.text("html", "", "also write the report as a page into this file"));

    private BenchFlags() {}

    /** The client that the flags describe. */
    static ClientSettings settings(ParsedFlags flags, Console console) throws ToolFailure {
        if (flags.nanos("auto-sync-interval") != 0) {
            throw ToolFailure.error(
                    "--auto-sync-interval has to be 0: the endpoints of a run do not change");
        }
        String certificate = flags.text("cert");
        String key = flags.text("key");
        String authorities = flags.text("cacert");
        boolean isEncrypted = !certificate.isEmpty() || !key.isEmpty() || !authorities.isEmpty();
        Credentials credentials;
        try {
            credentials = Credentials.of(flags.text("user"), "", console);
        } catch (IOException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
        return new ClientSettings(
                flags.texts("endpoints"),
                dialTimeoutNanos(flags),
                KEEP_ALIVE_NANOS,
                KEEP_ALIVE_NANOS,
                0,
                0,
                isEncrypted ? new TlsSettings(certificate, key, authorities, false) : null,
                credentials.user(),
                credentials.password(),
                "");
    }

    private static long dialTimeoutNanos(ParsedFlags flags) {
        long asked = flags.nanos("dial-timeout");
        return asked <= 0 ? DIAL_TIMEOUT_NANOS : asked;
    }

    /**
     * Value of a flag that counts something.
     *
     * @throws ToolFailure if it is below the least that makes sense, or beyond any machine
     */
    static int count(ParsedFlags flags, String name, int least) throws ToolFailure {
        long value = flags.number(name);
        if (value < least || value > Integer.MAX_VALUE) {
            throw ToolFailure.error(
                    least == 1
                            ? "expected positive --%s, got (%s)".formatted(name, flags.text(name))
                            : "expected --%s of at least %d, got (%s)"
                                    .formatted(name, least, flags.text(name)));
        }
        return (int) value;
    }
}
