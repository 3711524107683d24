package dev.plinth.server.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads keys from PEM: PKCS #8, PKCS #1 and SEC 1 for private ones; X.509, PKCS #1 and certificates
 * for public ones.
 *
 * <p>The JDK reads PKCS #8 and X.509 only, so the two older forms are wrapped into them: what they
 * lack is the name of the algorithm in front.
 */
final class PemKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private static final int SEQUENCE = 0x30;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int CONTEXT_0 = 0xA0;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    /** SEQUENCE { OID 1.2.840.113549.1.1.1, NULL }. */
    private static final byte[] RSA_ALGORITHM = {
        0x30,
        0x0D,
        0x06,
        0x09,
        0x2A,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xF7,
        0x0D,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    /** OID 1.2.840.10045.2.1, elliptic curve keys. */
    private static final byte[] EC_OID = {
        0x06, 0x07, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x02, 0x01
    };

    private record Block(String label, byte[] content) {}

    private PemKeys() {}

    /** Reads a private key of the algorithm: RSA, EC or Ed25519. */
    static PrivateKey privateKey(byte[] pem, String algorithm) throws JwtException {
        Block block = block(pem);
        byte[] pkcs8 =
                switch (block.label()) {
                    case "PRIVATE KEY" -> block.content();
                    case "RSA PRIVATE KEY" ->
                            der(
                                    SEQUENCE,
                                    VERSION_0,
                                    RSA_ALGORITHM,
                                    der(OCTET_STRING, block.content()));
                    case "EC PRIVATE KEY" ->
                            der(
                                    SEQUENCE,
                                    VERSION_0,
                                    der(SEQUENCE, EC_OID, curve(block.content())),
                                    der(OCTET_STRING, block.content()));
                    default -> throw new JwtException("not a private key: " + block.label());
                };
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new JwtException("not a valid " + algorithm + " private key", e);
        }
    }

    /** Reads a public key of the algorithm: RSA, EC or Ed25519. */
    static PublicKey publicKey(byte[] pem, String algorithm) throws JwtException {
        Block block = block(pem);
        try {
            byte[] x509 =
                    switch (block.label()) {
                        case "PUBLIC KEY" -> block.content();
                        case "RSA PUBLIC KEY" ->
                                der(
                                        SEQUENCE,
                                        RSA_ALGORITHM,
                                        der(BIT_STRING, new byte[1], block.content()));
                        case "CERTIFICATE" ->
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(block.content()))
                                        .getPublicKey()
                                        .getEncoded();
                        default -> throw new JwtException("not a public key: " + block.label());
                    };
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(x509));
        } catch (GeneralSecurityException e) {
            throw new JwtException("not a valid " + algorithm + " public key", e);
        }
    }

    private static Block block(byte[] pem) throws JwtException {
        Matcher matcher = BLOCK.matcher(new String(pem, ISO_8859_1));
        while (matcher.find()) {
            String label = matcher.group(1);
            if (label.equals("EC PARAMETERS")) {
                continue;
            }
            try {
                return new Block(label, Base64.getMimeDecoder().decode(matcher.group(2)));
            } catch (IllegalArgumentException e) {
                throw new JwtException("damaged PEM block " + label, e);
            }
        }
        throw new JwtException("no PEM block");
    }

    /** The curve's name, the content of element [0] of a SEC 1 key, as it is encoded there. */
    private static byte[] curve(byte[] sec1) throws JwtException {
        int at = contentOf(sec1, 0, SEQUENCE);
        while (at < sec1.length) {
            int content = contentOf(sec1, at, sec1[at] & 0xFF);
            int end = content + lengthAt(sec1, at);
            if (end > sec1.length) {
                break;
            }
            if ((sec1[at] & 0xFF) == CONTEXT_0) {
                return java.util.Arrays.copyOfRange(sec1, content, end);
            }
            at = end;
        }
        throw new JwtException("elliptic curve key without the name of its curve");
    }

    private static int contentOf(byte[] bytes, int at, int tag) throws JwtException {
        if (at + 1 >= bytes.length || (bytes[at] & 0xFF) != tag) {
            throw new JwtException("damaged key at byte " + at);
        }
        int first = bytes[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int lengthAt(byte[] bytes, int at) throws JwtException {
        int first = bytes[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            if (i == 3 || at + 2 + i >= bytes.length) {
                throw new JwtException("damaged key: length at byte " + at);
            }
            length = (length << Byte.SIZE) | (bytes[at + 2 + i] & 0xFF);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >>> Byte.SIZE);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
