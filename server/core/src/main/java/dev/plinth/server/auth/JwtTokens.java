package dev.plinth.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Base64;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens (RFC 7519) that carry the user, the revision of the auth store and a time of
 * expiry; no member has to remember them, and none can take one back: any change of users or rights
 * makes the revision old, and with it the token, for requests on keys.
 *
 * <p>Signed by the member that answers, not at apply: a signature takes a millisecond of a
 * processor and no other member needs it. Each call verifies the signature of its token.
 */
public final class JwtTokens implements Tokens {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String USER = "username";
    private static final String REVISION = "revision";
    private static final String EXPIRY = "exp";
    private static final String NOT_BEFORE = "nbf";
    private static final int MILLIS_PER_SECOND = 1000;

    private final JwtMethod method;
    private final JwtKeys keys;
    private final long ttlMillis;
    private final LongSupplier wallMillis;

    /** Tokens of the given kind. */
    JwtTokens(JwtMethod method, JwtKeys keys, long ttlMillis, LongSupplier wallMillis) {
        this.method = method;
        this.keys = keys;
        this.ttlMillis = ttlMillis;
        this.wallMillis = wallMillis;
    }

    @Override
    public String prefix() {
        return "";
    }

    @Override
    public String assign(String prefix, String user, long index) {
        return "";
    }

    @Override
    public String complete(String assigned, String user, long authRevision)
            throws RefusedException {
        Key key = keys.signing();
        if (key == null) {
            throw RefusedException.unmapped("auth: token signing attempted with verify-only key");
        }
        JsonObject header = new JsonObject();
        header.addProperty("alg", method.name());
        header.addProperty("typ", "JWT");
        JsonObject claims = new JsonObject();
        claims.addProperty(EXPIRY, (wallMillis.getAsLong() + ttlMillis) / MILLIS_PER_SECOND);
        claims.addProperty(REVISION, authRevision);
        claims.addProperty(USER, user);
        String signed = encoded(header) + "." + encoded(claims);
        try {
            byte[] signature = method.sign(key, signed.getBytes(US_ASCII));
            return signed + "." + BASE64.encodeToString(signature);
        } catch (GeneralSecurityException e) {
            throw RefusedException.unmapped("token cannot be signed: " + e.getMessage());
        }
    }

    private static String encoded(JsonObject part) {
        return BASE64.encodeToString(part.toString().getBytes(UTF_8));
    }

    @Override
    public long index(String token) {
        return 0;
    }

    @Override
    public Caller caller(String token, long authRevision) throws RefusedException {
        Caller caller = verified(token);
        if (caller == null) {
            throw RefusedException.of(EtcdError.INVALID_AUTH_TOKEN);
        }
        return caller;
    }

    /** The user and revision of a token that is in order; null for any other. */
    private @Nullable Caller verified(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            JsonObject header = decoded(parts[0]);
            if (!method.name().equals(text(header.get("alg")))) {
                return null;
            }
            byte[] data = (parts[0] + "." + parts[1]).getBytes(US_ASCII);
            byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
            if (!method.verifies(keys.verifying(), data, signature)) {
                return null;
            }
            return caller(decoded(parts[1]));
        } catch (IllegalArgumentException | JsonParseException | GeneralSecurityException _) {
            return null;
        }
    }

    private @Nullable Caller caller(JsonObject claims) {
        long nowSeconds = wallMillis.getAsLong() / MILLIS_PER_SECOND;
        String user = text(claims.get(USER));
        Double revision = number(claims.get(REVISION));
        boolean isTooOld = claims.has(EXPIRY) && !isAfter(claims.get(EXPIRY), nowSeconds);
        boolean isTooYoung = claims.has(NOT_BEFORE) && isAfter(claims.get(NOT_BEFORE), nowSeconds);
        if (user == null || revision == null || isTooOld || isTooYoung) {
            return null;
        }
        return new Caller(user, revision.longValue());
    }

    /** A time that cannot be read is neither after nor before: such a token is refused. */
    private static boolean isAfter(JsonElement time, long seconds) {
        Double given = number(time);
        if (given == null) {
            throw new IllegalArgumentException("not a time");
        }
        return given > seconds;
    }

    private static JsonObject decoded(String part) {
        String json = new String(Base64.getUrlDecoder().decode(part), UTF_8);
        return JsonParser.parseString(json) instanceof JsonObject object
                ? object
                : new JsonObject();
    }

    private static @Nullable String text(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isString()
                ? primitive.getAsString()
                : null;
    }

    private static @Nullable Double number(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isNumber()
                ? Double.valueOf(primitive.getAsDouble())
                : null;
    }

    @Override
    public void forgetUser(String user) {}

    @Override
    public void forgetAll() {}

    @Override
    public void sweep() {}
}
