package dev.plinth.server.testing;

import dev.plinth.server.pem.Der;
import dev.plinth.server.pem.PemKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An authority that issues certificates into a folder, for listeners and clients alike. */
public final class TestAuthority {
    private static final byte[] ALGORITHM = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

    /** A certificate and its key, PEM. */
    public record Identity(Path certificate, Path key, BigInteger serial) {}

    private final Path folder;
    private final byte[] name;
    private final KeyPair keys;
    private final Path certificate;
    private long lastSerial = 1;

    /** Makes an authority; its certificate is {@link #certificate}. */
    public TestAuthority(Path folder, String name) {
        this.folder = folder;
        this.name = name(name);
        this.keys = keyPair();
        this.certificate = folder.resolve(name + "-authority.pem");
        byte[] extensions =
                Der.sequence(
                        Der.sequence(
                                Der.oid("2.5.29.19"),
                                Der.yes(),
                                Der.octets(Der.sequence(Der.yes()))));
        write(certificate, "CERTIFICATE", signed(BigInteger.ONE, this.name, keys, extensions));
    }

    public Path certificate() {
        return certificate;
    }

    /** Issues a certificate under a file name; one that is there already is replaced. */
    public Identity issue(String file, String commonName, String... hosts) {
        KeyPair pair = keyPair();
        lastSerial++;
        BigInteger serial = BigInteger.valueOf(lastSerial);
        Path made = folder.resolve(file + ".pem");
        Path key = folder.resolve(file + "-key.pem");
        write(key, "PRIVATE KEY", pair.getPrivate().getEncoded());
        write(made, "CERTIFICATE", signed(serial, name(commonName), pair, extensions(hosts)));
        return new Identity(made, key, serial);
    }

    /** A list of the revoked certificates. */
    public void revoke(Path list, BigInteger... serials) {
        Instant now = Instant.now();
        List<byte[]> entries = new ArrayList<>();
        for (BigInteger serial : serials) {
            entries.add(Der.sequence(Der.integer(serial), Der.time(now)));
        }
        byte[] content =
                entries.isEmpty()
                        ? Der.sequence(Der.integer(BigInteger.ONE), ALGORITHM, name, Der.time(now))
                        : Der.sequence(
                                Der.integer(BigInteger.ONE),
                                ALGORITHM,
                                name,
                                Der.time(now),
                                Der.sequence(entries.toArray(byte[][]::new)));
        write(list, "X509 CRL", Der.sequence(content, ALGORITHM, Der.bits(sign(content))));
    }

    private static byte[] extensions(String... hosts) {
        List<byte[]> names = new ArrayList<>();
        for (String host : hosts) {
            names.add(
                    Character.isDigit(host.charAt(0))
                            ? Der.tagged(7, false, InetAddress.ofLiteral(host).getAddress())
                            : Der.tagged(2, false, host.getBytes(StandardCharsets.US_ASCII)));
        }
        byte[] usage =
                Der.sequence(
                        Der.oid("2.5.29.37"),
                        Der.octets(
                                Der.sequence(
                                        Der.oid("1.3.6.1.5.5.7.3.1"),
                                        Der.oid("1.3.6.1.5.5.7.3.2"))));
        return names.isEmpty()
                ? Der.sequence(usage)
                : Der.sequence(
                        usage,
                        Der.sequence(
                                Der.oid("2.5.29.17"),
                                Der.octets(Der.sequence(names.toArray(byte[][]::new)))));
    }

    private byte[] signed(BigInteger serial, byte[] subject, KeyPair pair, byte[] extensions) {
        Instant now = Instant.now();
        byte[] content =
                Der.sequence(
                        Der.tagged(0, true, Der.integer(BigInteger.TWO)),
                        Der.integer(serial),
                        ALGORITHM,
                        name,
                        Der.sequence(
                                Der.time(now.minus(Duration.ofHours(1))),
                                Der.time(now.plus(Duration.ofDays(30)))),
                        subject,
                        pair.getPublic().getEncoded(),
                        Der.tagged(3, true, extensions));
        return Der.sequence(content, ALGORITHM, Der.bits(sign(content)));
    }

    private byte[] sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] name(String common) {
        return common.isEmpty()
                ? Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.10"), Der.text("nobody"))))
                : Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.text(common))));
    }

    private static void write(Path file, String label, byte[] content) {
        try {
            Files.writeString(file, PemKeys.text(label, content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
