package dev.plinth.server.boot;

import dev.plinth.server.auth.JwtException;
import dev.plinth.server.auth.JwtOptions;
import dev.plinth.server.auth.NoTokens;
import dev.plinth.server.auth.Tokens;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The kind of token that {@code --auth-token} asks for. */
final class TokenKinds {
    private static final long KEY_BYTES_MAX = 1 << 20;

    private TokenKinds() {}

    static Tokens make(
            String flag, Supplier<? extends Tokens> simple, LongSupplier wallMillis, Log log)
            throws StartException {
        int comma = flag.indexOf(',');
        String kind = comma < 0 ? flag : flag.substring(0, comma);
        try {
            JwtOptions options = JwtOptions.parse(comma < 0 ? "" : flag.substring(comma));
            return switch (kind) {
                case "simple" -> {
                    log.warn(
                            "simple token is not cryptographically signed",
                            "remedy",
                            "--auth-token=jwt with keys, where tokens may be guessed or survive a"
                                    + " restart");
                    yield simple.get();
                }
                case "jwt" -> {
                    for (String option : options.unknown()) {
                        log.warn("unknown JWT options", "option", option);
                    }
                    yield options.tokens(TokenKinds::read, TokenKinds::nanos, wallMillis);
                }
                case "" -> new NoTokens();
                default -> {
                    log.warn("unknown token type", "type", kind);
                    throw new JwtException("auth: invalid auth options");
                }
            };
        } catch (JwtException e) {
            throw new StartException("failed to create token provider: " + e.getMessage(), e);
        }
    }

    private static byte[] read(String path) throws JwtException {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > KEY_BYTES_MAX) {
                throw new JwtException("key file " + path + " is larger than a key can be");
            }
            return Files.readAllBytes(file);
        } catch (IOException | InvalidPathException e) {
            throw new JwtException("key file " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static long nanos(String text) throws JwtException {
        try {
            return GoDuration.parseNanos(text);
        } catch (IllegalArgumentException e) {
            throw new JwtException("auth: invalid auth options: " + e.getMessage(), e);
        }
    }
}
