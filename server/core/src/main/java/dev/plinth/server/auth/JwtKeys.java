package dev.plinth.server.auth;

import dev.plinth.server.auth.JwtMethod.Family;
import dev.plinth.server.pem.PemException;
import dev.plinth.server.pem.PemKeys;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one signing method.
 *
 * @param signing private or secret key; null when tokens can only be verified
 * @param verifying public or secret key
 */
record JwtKeys(@Nullable Key signing, Key verifying) {
    private static final byte[] PROBE = {'p', 'l', 'i', 'n', 't', 'h'};

    /**
     * Reads the keys that a method needs; either file may be missing, unless the public key cannot
     * be had from the private one.
     *
     * @throws JwtException when there is no key, or one that does not fit
     */
    static JwtKeys read(
            JwtMethod method, byte @Nullable [] publicFile, byte @Nullable [] privateFile)
            throws JwtException {
        if (method.family == Family.HMAC) {
            if (privateFile == null || privateFile.length == 0) {
                throw new JwtException("auth: missing key data");
            }
            Key secret = new SecretKeySpec(privateFile, "RAW");
            return new JwtKeys(secret, secret);
        }
        String algorithm = method.family == Family.ED25519 ? "Ed25519" : method.family.name();
        PrivateKey signing;
        PublicKey verifying;
        try {
            signing = privateFile == null ? null : PemKeys.privateKey(privateFile, algorithm);
            verifying = publicFile == null ? null : PemKeys.publicKey(publicFile, algorithm);
        } catch (PemException e) {
            throw new JwtException(String.valueOf(e.getMessage()), e);
        }
        if (verifying == null) {
            if (signing == null) {
                throw new JwtException("auth: missing key data");
            }
            verifying = derived(signing);
        } else if (signing != null && !match(method, signing, verifying)) {
            throw new JwtException("auth: public and private keys don't match");
        }
        checkSize(method, verifying);
        return new JwtKeys(signing, verifying);
    }

    private static PublicKey derived(PrivateKey signing) throws JwtException {
        try {
            return switch (signing) {
                case RSAPrivateCrtKey rsa ->
                        KeyFactory.getInstance("RSA")
                                .generatePublic(
                                        new RSAPublicKeySpec(
                                                rsa.getModulus(), rsa.getPublicExponent()));
                case ECPrivateKey curve -> CurvePoints.publicKey(curve);
                default -> EdwardsKeys.publicKey(signing);
            };
        } catch (GeneralSecurityException e) {
            throw new JwtException("the public key cannot be had from the private one", e);
        }
    }

    private static boolean match(JwtMethod method, PrivateKey signing, PublicKey verifying)
            throws JwtException {
        try {
            return method.verifies(verifying, PROBE, method.sign(signing, PROBE));
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** An elliptic curve has to be the one that the method names. */
    private static void checkSize(JwtMethod method, PublicKey verifying) throws JwtException {
        if (verifying instanceof ECPublicKey curve) {
            int bits = curve.getParams().getCurve().getField().getFieldSize();
            if (bits != method.bits) {
                throw new JwtException(
                        "key of " + bits + " bits for the signing method " + method.name());
            }
        }
    }
}
