package dev.plinth.server.auth;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** How a token is signed; the names are those of RFC 7518 and RFC 8037. */
enum JwtMethod {
    RS256(Family.RSA, "SHA256withRSA", 256),
    RS384(Family.RSA, "SHA384withRSA", 384),
    RS512(Family.RSA, "SHA512withRSA", 512),
    PS256(Family.RSA, "RSASSA-PSS", 256),
    PS384(Family.RSA, "RSASSA-PSS", 384),
    PS512(Family.RSA, "RSASSA-PSS", 512),
    ES256(Family.EC, "SHA256withECDSAinP1363Format", 256),
    ES384(Family.EC, "SHA384withECDSAinP1363Format", 384),
    ES512(Family.EC, "SHA512withECDSAinP1363Format", 521),
    EdDSA(Family.ED25519, "Ed25519", 255),
    HS256(Family.HMAC, "HmacSHA256", 256),
    HS384(Family.HMAC, "HmacSHA384", 384),
    HS512(Family.HMAC, "HmacSHA512", 512);

    /** Kinds of keys. */
    enum Family {
        RSA,
        EC,
        ED25519,
        HMAC
    }

    final Family family;

    /** Bits of the hash; for elliptic curves, of the field. */
    final int bits;

    private final String algorithm;

    JwtMethod(Family family, String algorithm, int bits) {
        this.family = family;
        this.algorithm = algorithm;
        this.bits = bits;
    }

    /** The method of a name, null when there is none. */
    static @Nullable JwtMethod named(String name) {
        for (JwtMethod method : values()) {
            if (method.name().equals(name)) {
                return method;
            }
        }
        return null;
    }

    /** Signs with a private or secret key. */
    byte[] sign(Key key, byte[] data) throws GeneralSecurityException {
        if (family == Family.HMAC) {
            return mac(key, data);
        }
        Signature signature = signature();
        signature.initSign((PrivateKey) key);
        signature.update(data);
        return signature.sign();
    }

    /** Whether a signature was made with the private half of the key, or with the secret key. */
    boolean verifies(Key key, byte[] data, byte[] signed) throws GeneralSecurityException {
        if (family == Family.HMAC) {
            return MessageDigest.isEqual(mac(key, data), signed);
        }
        Signature signature = signature();
        signature.initVerify((PublicKey) key);
        signature.update(data);
        return signature.verify(signed);
    }

    private byte[] mac(Key key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key.getEncoded(), algorithm));
        return mac.doFinal(data);
    }

    private Signature signature()
            throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
        Signature signature = Signature.getInstance(algorithm);
        if (algorithm.equals("RSASSA-PSS")) {
            MGF1ParameterSpec mask = new MGF1ParameterSpec("SHA-" + bits);
            signature.setParameter(
                    new PSSParameterSpec("SHA-" + bits, "MGF1", mask, bits / Byte.SIZE, 1));
        }
        return signature;
    }
}
