package dev.plinth.tools.ctl;

import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.Credentials;
import dev.plinth.tools.client.TlsSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The flags that every command takes, their environment variables, and what they amount to. */
final class GlobalFlags {
    private static final String PREFIX = "ETCDCTL_";

    static final List<Flag> ALL =
            List.of(
                    Flag.texts("endpoints", "127.0.0.1:2379", "gRPC endpoints"),
                    Flag.bool("debug", "enable client-side debug logging"),
                    Flag.text(
                                    "write-out",
                                    "simple",
                                    "set the output format (fields, json, protobuf, simple, table)")
                            .withShorthand("w"),
                    Flag.bool("hex", "print byte strings as hex encoded strings"),
                    Flag.duration("dial-timeout", "2s", "dial timeout for client connections"),
                    Flag.duration(
                            "command-timeout",
                            "5s",
                            "timeout for short running command (excluding dial timeout)"),
                    Flag.duration("keepalive-time", "2s", "keepalive time for client connections"),
                    Flag.duration(
                            "keepalive-timeout", "6s", "keepalive timeout for client connections"),
                    Flag.number("max-request-bytes", 0, "client-side request send limit in bytes"),
                    Flag.number("max-recv-bytes", 0, "client-side response receive limit in bytes"),
                    Flag.bool(
                            "insecure-transport",
                            true,
                            "disable transport security for client connections"),
                    Flag.bool(
                            "insecure-discovery",
                            true,
                            "accept insecure SRV records describing cluster endpoints"),
                    Flag.bool(
                            "insecure-skip-tls-verify",
                            "skip server certificate verification (only for tests: the connection"
                                    + " is open to whoever sits between)"),
                    Flag.text("cert", "", "identify secure client using this TLS certificate file"),
                    Flag.text("key", "", "identify secure client using this TLS key file"),
                    Flag.text(
                            "cacert",
                            "",
                            "verify certificates of TLS-enabled secure servers using this CA"
                                    + " bundle"),
                    Flag.text(
                            "auth-jwt-token",
                            "",
                            "ready-made JWT for authentication (if given, --user and --password"
                                    + " are not used)"),
                    Flag.text(
                            "user",
                            "",
                            "username[:password] for authentication (prompt if password is not"
                                    + " supplied)"),
                    Flag.text(
                            "password",
                            "",
                            "password for authentication (if given, --user holds the name alone)"),
                    Flag.text(
                                    "discovery-srv",
                                    "",
                                    "domain name to query for SRV records describing cluster"
                                            + " endpoints")
                            .withShorthand("d"),
                    Flag.text(
                            "discovery-srv-name",
                            "",
                            "service name to query when using DNS discovery"));

    private GlobalFlags() {}

    /** Lets environment variables stand in for flags that are not given. */
    static void readEnvironment(
            ParsedFlags flags, List<Flag> inherited, Map<String, String> environment)
            throws ToolFailure {
        for (Flag flag : inherited) {
            String variable = variable(flag);
            String value = environment.getOrDefault(variable, "");
            if (value.isEmpty()) {
                continue;
            }
            if (flags.isGiven(flag.name())) {
                throw ToolFailure.error(
                        "conflicting environment variable %s is shadowed by corresponding"
                                        .formatted(variable)
                                + " command-line flag --"
                                + flag.name()
                                + " (either unset the environment variable or leave the flag"
                                + " out)");
            }
            flags.fallBack(flag, value);
        }
    }

    static String variable(Flag flag) {
        return PREFIX + flag.name().toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Variables that look like ours and are none. */
    static List<String> unknownVariables(List<Flag> inherited, Map<String, String> environment) {
        List<String> known = inherited.stream().map(GlobalFlags::variable).toList();
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
                .filter(name -> !name.startsWith(PREFIX + "WATCH_") && !name.equals(PREFIX + "API"))
                .sorted()
                .toList();
    }

    /** The client that the flags describe. */
    static ClientSettings settings(
            ParsedFlags flags, Credentials credentials, List<String> endpoints) throws ToolFailure {
        int send = (int) Math.min(Integer.MAX_VALUE, flags.number("max-request-bytes"));
        int receive = (int) Math.min(Integer.MAX_VALUE, flags.number("max-recv-bytes"));
        if (receive > 0 && send > receive) {
            throw new ToolFailure(
                    ToolFailure.BAD_CONNECTION,
                    "gRPC message recv limit (%d bytes) must be greater than send limit (%d bytes)"
                            .formatted(receive, send));
        }
        return new ClientSettings(
                endpoints,
                flags.nanos("dial-timeout"),
                flags.nanos("keepalive-time"),
                flags.nanos("keepalive-timeout"),
                send,
                receive,
                tls(flags, ""),
                credentials.user(),
                credentials.password(),
                flags.text("auth-jwt-token"));
    }

    /**
     * How the connection is encrypted; null for plain text.
     *
     * @param prefix in front of the flags' names
     */
    static @Nullable TlsSettings tls(ParsedFlags flags, String prefix) throws ToolFailure {
        String certificate = file(flags, prefix + "cert");
        String key = file(flags, prefix + "key");
        String authorities = file(flags, prefix + "cacert");
        boolean skips = prefix.isEmpty() && flags.isOn("insecure-skip-tls-verify");
        boolean isAsked =
                !certificate.isEmpty() || !key.isEmpty() || !authorities.isEmpty() || skips;
        if (isAsked) {
            return new TlsSettings(certificate, key, authorities, skips);
        }
        return flags.isOn(prefix + "insecure-transport") ? null : TlsSettings.DEFAULT;
    }

    private static String file(ParsedFlags flags, String name) throws ToolFailure {
        if (flags.isGiven(name) && flags.text(name).isEmpty()) {
            throw ToolFailure.arguments("empty string is passed to --" + name + " option");
        }
        return flags.text(name);
    }
}
