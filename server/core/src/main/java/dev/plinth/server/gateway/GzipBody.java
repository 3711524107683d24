package dev.plinth.server.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/**
 * An answer compressed for who takes that. As in etcd only the metrics are: the gateway's answers
 * never were, whatever a client accepts.
 */
final class GzipBody {
    private static final String NONE = "q=0(\\.0{0,3})?";

    private GzipBody() {}

    /** Whether {@code Accept-Encoding} names gzip, and not to refuse it. */
    static boolean isAccepted(HttpHeaders headers) {
        for (String header : headers.getAll(HttpHeaderNames.ACCEPT_ENCODING)) {
            for (String coding : header.toLowerCase(Locale.ROOT).split(",")) {
                String[] parts = coding.split(";", 2);
                if (parts[0].strip().equals("gzip")) {
                    return parts.length == 1 || !parts[1].strip().matches(NONE);
                }
            }
        }
        return false;
    }

    static byte[] of(byte[] content) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(content.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }
}
