package dev.plinth.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.core.RefusedException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JwtTokensTest {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final AtomicLong nowMillis = new AtomicLong(1_700_000_000_000L);
    private final Map<String, byte[]> files = new HashMap<>();

    private static KeyPair pair(JwtMethod method) throws GeneralSecurityException {
        KeyPairGenerator generator =
                switch (method.family) {
                    case RSA -> KeyPairGenerator.getInstance("RSA");
                    case EC -> KeyPairGenerator.getInstance("EC");
                    default -> KeyPairGenerator.getInstance("Ed25519");
                };
        switch (method.family) {
            case RSA -> generator.initialize(2048);
            case EC -> generator.initialize(new ECGenParameterSpec("secp" + method.bits + "r1"));
            default -> {}
        }
        return generator.generateKeyPair();
    }

    private void writeKeys(JwtMethod method) throws GeneralSecurityException {
        if (method.family == JwtMethod.Family.HMAC) {
            files.put("priv", "a secret of some length, in raw bytes".getBytes(UTF_8));
        } else {
            KeyPair pair = pair(method);
            files.put("priv", pem("PRIVATE KEY", pair.getPrivate()));
            files.put("pub", pem("PUBLIC KEY", pair.getPublic()));
        }
    }

    private static byte[] pem(String label, Key key) {
        return ("-----BEGIN "
                        + label
                        + "-----\n"
                        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END "
                        + label
                        + "-----\n")
                .getBytes(UTF_8);
    }

    private JwtTokens tokens(String options) throws JwtException {
        return JwtOptions.parse(options)
                .tokens(
                        path -> {
                            byte[] file = files.get(path);
                            if (file == null) {
                                throw new JwtException("no file " + path);
                            }
                            return file;
                        },
                        text -> Long.parseLong(text) * 1_000_000_000L,
                        nowMillis::get);
    }

    @ParameterizedTest
    @EnumSource(JwtMethod.class)
    void everyMethodSignsWhatItVerifies(JwtMethod method) throws Exception {
        writeKeys(method);
        JwtTokens tokens = tokens(",priv-key=priv,sign-method=" + method);
        String token = tokens.complete("", "alice", 7);
        assertThat(tokens.caller(token, 9)).isEqualTo(new Caller("alice", 7));
        assertThat(tokens.index(token)).isZero();

        int point = token.lastIndexOf('.');
        String otherClaims =
                token.substring(0, token.indexOf('.') + 1)
                        + URL.encodeToString(
                                "{\"username\":\"root\",\"revision\":7}".getBytes(UTF_8))
                        + token.substring(point);
        assertInvalid(tokens, otherClaims);
        assertInvalid(tokens, token.substring(0, point));
        assertInvalid(tokens, token.substring(0, point + 1));
        assertInvalid(tokens, "");
        assertInvalid(tokens, "..");
    }

    private static void assertInvalid(Tokens tokens, String token) {
        assertThatThrownBy(() -> tokens.caller(token, 1))
                .isInstanceOf(RefusedException.class)
                .hasMessage("INVALID_AUTH_TOKEN");
    }

    @ParameterizedTest
    @EnumSource(value = JwtMethod.class, names = "HS.*", mode = EnumSource.Mode.MATCH_NONE)
    void whoHasThePublicKeyAloneVerifiesOnly(JwtMethod method) throws Exception {
        writeKeys(method);
        String token = tokens(",priv-key=priv,sign-method=" + method).complete("", "bob", 1);
        JwtTokens verifier = tokens(",pub-key=pub,sign-method=" + method);
        assertThat(verifier.caller(token, 1).user()).isEqualTo("bob");
        assertThatThrownBy(() -> verifier.complete("", "bob", 1))
                .hasMessage("auth: token signing attempted with verify-only key");
    }

    @Test
    void expiresAfterItsTime() throws Exception {
        writeKeys(JwtMethod.HS256);
        JwtTokens tokens = tokens(",priv-key=priv,sign-method=HS256,ttl=10");
        String token = tokens.complete("", "alice", 1);
        nowMillis.addAndGet(9_000);
        assertThat(tokens.caller(token, 1).user()).isEqualTo("alice");
        nowMillis.addAndGet(2_000);
        assertInvalid(tokens, token);
    }

    @Test
    void aTokenOfAnotherMethodIsRefused() throws Exception {
        writeKeys(JwtMethod.HS256);
        String none =
                URL.encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8))
                        + "."
                        + URL.encodeToString(
                                "{\"username\":\"root\",\"revision\":1}".getBytes(UTF_8))
                        + ".";
        assertInvalid(tokens(",priv-key=priv,sign-method=HS256"), none);
        String signed = tokens(",priv-key=priv,sign-method=HS512").complete("", "alice", 1);
        assertInvalid(tokens(",priv-key=priv,sign-method=HS256"), signed);
    }

    /** The public key as the secret of an HMAC: the classic confusion of algorithms. */
    @Test
    void aTokenSignedWithThePublicKeyIsRefused() throws Exception {
        writeKeys(JwtMethod.RS256);
        JwtTokens verifier = tokens(",pub-key=pub,sign-method=RS256");
        files.put("priv", files.get("pub"));
        assertInvalid(verifier, tokens(",priv-key=priv,sign-method=HS256").complete("", "root", 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",priv-key=priv | auth: invalid auth options",
                ",priv-key=priv,sign-method=none | auth: invalid auth options",
                ",priv-key=priv,sign-method=RS257 | auth: invalid auth options",
                ",priv-key=priv,priv-key=priv,sign-method=HS256 | auth: invalid auth options",
                ",priv-key,sign-method=HS256 | auth: invalid auth options",
                ",sign-method=a=b | auth: invalid auth options",
                ",sign-method=HS256 | auth: missing key data",
                ",sign-method=RS256 | auth: missing key data",
                ",pub-key=pub,sign-method=HS256 | auth: missing key data",
                ",priv-key=priv,pub-key=other,sign-method=RS256"
                        + " | auth: public and private keys don't match",
                ",priv-key=nothing,sign-method=RS256 | no file nothing",
                ",priv-key=text,sign-method=RS256 | no PEM block",
                ",priv-key=pub,sign-method=RS256 | not a private key: PUBLIC KEY",
                ",priv-key=priv,sign-method=ES256 | not a valid EC private key",
            })
    void optionsThatCannotWorkAreRefused(String options, String message) throws Exception {
        writeKeys(JwtMethod.RS256);
        files.put("other", pem("PUBLIC KEY", pair(JwtMethod.RS256).getPublic()));
        files.put("text", "nothing of the kind".getBytes(UTF_8));
        assertThatThrownBy(() -> tokens(options))
                .isInstanceOf(JwtException.class)
                .hasMessage(message);
    }

    @Test
    void aCurveOfAnotherSizeIsRefused() throws Exception {
        writeKeys(JwtMethod.ES384);
        assertThatThrownBy(() -> tokens(",priv-key=priv,sign-method=ES256"))
                .hasMessage("key of 384 bits for the signing method ES256");
    }

    /** Keys as OpenSSL's older commands write them: PKCS #1 and SEC 1, made for this test. */
    @Test
    void readsTheOlderFormsOfPrivateKeys() throws Exception {
        for (JwtMethod method : new JwtMethod[] {JwtMethod.RS256, JwtMethod.ES256}) {
            KeyPair pair = pair(method);
            String label = method == JwtMethod.RS256 ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
            byte[] inner = innermost(pair.getPrivate().getEncoded(), method);
            files.put(
                    "old",
                    ("-----BEGIN "
                                    + label
                                    + "-----\n"
                                    + Base64.getMimeEncoder().encodeToString(inner)
                                    + "\n-----END "
                                    + label
                                    + "-----\n")
                            .getBytes(UTF_8));
            files.put("pub", pem("PUBLIC KEY", pair.getPublic()));
            JwtTokens tokens = tokens(",priv-key=old,pub-key=pub,sign-method=" + method);
            assertThat(tokens.caller(tokens.complete("", "u", 3), 3).authRevision()).isEqualTo(3);
        }
    }

    /**
     * The content of the octet string that ends a PKCS #8 key; for a curve, with the curve's name
     * that the older form has and the JDK leaves out.
     */
    private static byte[] innermost(byte[] pkcs8, JwtMethod method) {
        if (method == JwtMethod.RS256) {
            // SEQUENCE, version, algorithm (15 bytes), OCTET STRING with a length of two bytes.
            return java.util.Arrays.copyOfRange(pkcs8, 4 + 3 + 15 + 4, pkcs8.length);
        }
        byte[] secret = new byte[32];
        int at = indexOf(pkcs8, new byte[] {0x04, 0x20});
        System.arraycopy(pkcs8, at + 2, secret, 0, 32);
        byte[] prime256 = {
            (byte) 0xA0, 0x0A, 0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x03, 0x01, 7
        };
        byte[] sec1 = new byte[2 + 3 + 2 + 32 + prime256.length];
        sec1[0] = 0x30;
        sec1[1] = (byte) (sec1.length - 2);
        System.arraycopy(new byte[] {2, 1, 1, 4, 0x20}, 0, sec1, 2, 5);
        System.arraycopy(secret, 0, sec1, 7, 32);
        System.arraycopy(prime256, 0, sec1, 39, prime256.length);
        return sec1;
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (java.util.Arrays.mismatch(bytes, i, i + wanted.length, wanted, 0, wanted.length)
                    < 0) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }
}
