package dev.plinth.server.pem;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads keys from PEM: PKCS #8, PKCS #1 and SEC 1 for private ones; X.509, PKCS #1 and certificates
 * for public ones.
 *
 * <p>The JDK reads PKCS #8 and X.509 only, so the two older forms are wrapped into them: what they
 * lack is the name of the algorithm in front.
 */
public final class PemKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

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
    public static PrivateKey privateKey(byte[] pem, String algorithm) throws PemException {
        Block block = privateBlock(pem);
        byte[] pkcs8 =
                switch (block.label()) {
                    case "PRIVATE KEY" -> block.content();
                    case "RSA PRIVATE KEY" ->
                            Der.element(
                                    Der.SEQUENCE,
                                    VERSION_0,
                                    RSA_ALGORITHM,
                                    Der.element(Der.OCTET_STRING, block.content()));
                    case "EC PRIVATE KEY" ->
                            Der.element(
                                    Der.SEQUENCE,
                                    VERSION_0,
                                    Der.element(Der.SEQUENCE, EC_OID, curve(block.content())),
                                    Der.element(Der.OCTET_STRING, block.content()));
                    default -> throw new PemException("not a private key: " + block.label());
                };
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new PemException("not a valid " + algorithm + " private key", e);
        }
    }

    /** Reads a public key of the algorithm: RSA, EC or Ed25519. */
    public static PublicKey publicKey(byte[] pem, String algorithm) throws PemException {
        Block block = publicBlock(pem);
        try {
            byte[] x509 =
                    switch (block.label()) {
                        case "PUBLIC KEY" -> block.content();
                        case "RSA PUBLIC KEY" ->
                                Der.element(
                                        Der.SEQUENCE,
                                        RSA_ALGORITHM,
                                        Der.element(Der.BIT_STRING, new byte[1], block.content()));
                        case "CERTIFICATE" ->
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(block.content()))
                                        .getPublicKey()
                                        .getEncoded();
                        default -> throw new PemException("not a public key: " + block.label());
                    };
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(x509));
        } catch (GeneralSecurityException e) {
            throw new PemException("not a valid " + algorithm + " public key", e);
        }
    }

    /** The first block of a private key; certificates and parameters may stand before it. */
    private static Block privateBlock(byte[] pem) throws PemException {
        Block first = null;
        for (Block block : blocks(pem)) {
            if (block.label().endsWith("PRIVATE KEY")) {
                return block;
            }
            first = first == null ? block : first;
        }
        throw new PemException(
                first == null ? "no PEM block" : "not a private key: " + first.label());
    }

    private static Block publicBlock(byte[] pem) throws PemException {
        for (Block block : blocks(pem)) {
            if (!block.label().equals("EC PARAMETERS")) {
                return block;
            }
        }
        throw new PemException("no PEM block");
    }

    private static List<Block> blocks(byte[] pem) throws PemException {
        Matcher matcher = BLOCK.matcher(new String(pem, ISO_8859_1));
        List<Block> blocks = new ArrayList<>();
        while (matcher.find()) {
            try {
                blocks.add(
                        new Block(
                                matcher.group(1),
                                Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new PemException("damaged PEM block " + matcher.group(1), e);
            }
        }
        return blocks;
    }

    /** The certificates of a file, in their order; none is an error. */
    public static List<X509Certificate> certificates(byte[] pem) throws PemException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(pem)) {
                if (block.label().equals("CERTIFICATE")) {
                    found.add(
                            (X509Certificate)
                                    factory.generateCertificate(
                                            new ByteArrayInputStream(block.content())));
                }
            }
        } catch (CertificateException e) {
            throw new PemException("not a valid certificate: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new PemException("no certificate in it");
        }
        return List.copyOf(found);
    }

    /** A PEM block of the given kind. */
    public static String text(String label, byte[] content) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END "
                + label
                + "-----\n";
    }

    /** The curve's name, the content of element [0] of a SEC 1 key, as it is encoded there. */
    private static byte[] curve(byte[] sec1) throws PemException {
        int at = contentOf(sec1, 0, Der.SEQUENCE);
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
        throw new PemException("elliptic curve key without the name of its curve");
    }

    private static int contentOf(byte[] bytes, int at, int tag) throws PemException {
        if (at + 1 >= bytes.length || (bytes[at] & 0xFF) != tag) {
            throw new PemException("damaged key at byte " + at);
        }
        int first = bytes[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int lengthAt(byte[] bytes, int at) throws PemException {
        int first = bytes[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            if (i == 3 || at + 2 + i >= bytes.length) {
                throw new PemException("damaged key: length at byte " + at);
            }
            length = (length << Byte.SIZE) | (bytes[at + 2 + i] & 0xFF);
        }
        return length;
    }
}
