package dev.plinth.server.tls;

import dev.plinth.server.pem.Der;
import dev.plinth.server.pem.PemKeys;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A certificate that vouches for itself: on the curve P-521, of the organization etcd, for the
 * hosts that are listened on.
 *
 * <pre>
 *  Certificate    = SEQUENCE { toBeSigned, algorithm, BIT STRING signature }
 *  toBeSigned     = SEQUENCE { [0] version 3, serial, algorithm, issuer, { from, until }, subject,
 *                              publicKey, [3] { extensions } }
 *  ECPrivateKey   = SEQUENCE { 1, OCTET STRING key, [0] curve, [1] BIT STRING publicKey }
 * </pre>
 *
 * @param certificate PEM
 * @param key PEM, SEC 1
 */
record SelfSigned(String certificate, String key) {
    private static final String CURVE = "secp521r1";
    private static final String CURVE_OID = "1.3.132.0.35";
    private static final int KEY_BYTES = 66;
    private static final byte[] ALGORITHM = Der.sequence(Der.oid("1.2.840.10045.4.3.4"));
    private static final byte[] ISSUER =
            Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.10"), Der.text("etcd"))));
    private static final int SERIAL_BITS = 127;

    /** X.690's bit string of digitalSignature, keyEncipherment and keyCertSign. */
    private static final byte[] KEY_USAGE = {0x03, 0x02, 0x02, (byte) 0xA4};

    /**
     * Makes a key and its certificate.
     *
     * @param hosts names and addresses
     * @param now time from which it is valid
     */
    static SelfSigned make(List<String> hosts, Instant now, long years, RandomGenerator random)
            throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE));
        KeyPair pair = generator.generateKeyPair();
        byte[] publicKey = pair.getPublic().getEncoded();
        byte[] toBeSigned =
                Der.sequence(
                        Der.tagged(0, true, Der.integer(BigInteger.TWO)),
                        Der.integer(serial(random)),
                        ALGORITHM,
                        ISSUER,
                        Der.sequence(
                                Der.time(now),
                                Der.time(now.atZone(ZoneOffset.UTC).plusYears(years).toInstant())),
                        ISSUER,
                        publicKey,
                        Der.tagged(3, true, extensions(hosts)));
        Signature signature = Signature.getInstance("SHA512withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(toBeSigned);
        byte[] certificate = Der.sequence(toBeSigned, ALGORITHM, Der.bits(signature.sign()));
        return new SelfSigned(
                PemKeys.text("CERTIFICATE", certificate),
                PemKeys.text("EC PRIVATE KEY", sec1((ECPrivateKey) pair.getPrivate(), publicKey)));
    }

    private static BigInteger serial(RandomGenerator random) {
        byte[] bytes = new byte[(SERIAL_BITS + 1) / 8];
        random.nextBytes(bytes);
        return new BigInteger(1, bytes).clearBit(SERIAL_BITS).setBit(0);
    }

    private static byte[] extensions(List<String> hosts) {
        byte[] serverAuth = Der.oid("1.3.6.1.5.5.7.3.1");
        byte[] clientAuth = Der.oid("1.3.6.1.5.5.7.3.2");
        return Der.sequence(
                extension("2.5.29.15", true, KEY_USAGE),
                extension("2.5.29.37", false, Der.sequence(serverAuth, clientAuth)),
                extension("2.5.29.19", true, Der.sequence(Der.yes())),
                extension("2.5.29.17", false, Der.sequence(names(hosts))));
    }

    private static byte[] extension(String oid, boolean isCritical, byte[] value) {
        return isCritical
                ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[][] names(List<String> hosts) {
        List<byte[]> names = new ArrayList<>();
        for (String host : hosts) {
            byte[] name;
            try {
                name = Der.tagged(7, false, InetAddress.ofLiteral(host).getAddress());
            } catch (IllegalArgumentException _) {
                name =
                        Der.tagged(
                                2,
                                false,
                                host.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            }
            names.add(name);
        }
        return names.toArray(byte[][]::new);
    }

    private static byte[] sec1(ECPrivateKey key, byte[] publicKey) {
        byte[] number = key.getS().toByteArray();
        byte[] padded = new byte[KEY_BYTES];
        int digits = Math.min(number.length, KEY_BYTES);
        System.arraycopy(number, number.length - digits, padded, KEY_BYTES - digits, digits);
        // The point is the last thing in the encoded public key: 04, x, y.
        int point = 1 + 2 * KEY_BYTES;
        return Der.sequence(
                Der.integer(BigInteger.ONE),
                Der.octets(padded),
                Der.tagged(0, true, Der.oid(CURVE_OID)),
                Der.tagged(
                        1,
                        true,
                        Der.bits(
                                Arrays.copyOfRange(
                                        publicKey, publicKey.length - point, publicKey.length))));
    }
}
