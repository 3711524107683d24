package dev.plinth.server.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * Ids of members and clusters as etcd computes them: the first eight bytes, big endian, of a SHA-1.
 *
 * <pre>
 * member of the first cluster   SHA-1( url url … token )             urls sorted, nothing between
 * member added later            SHA-1( url url … unix-seconds )      decimal, no token
 * cluster                       SHA-1( id id … )                     ascending, 8 bytes big endian
 * </pre>
 *
 * <p>Source: peer-protocol.md 1. Ids are unsigned; as text they are lower-case hex without padding.
 */
public final class MemberIds {
    private MemberIds() {}

    /** Id of a member that the first cluster is made of. */
    public static long ofInitialMember(Collection<String> peerUrls, String token) {
        return firstEight(urls(peerUrls).append(token).toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Id of a member added to a running cluster at the given time. */
    public static long ofAddedMember(Collection<String> peerUrls, long unixSeconds) {
        return firstEight(
                urls(peerUrls).append(unixSeconds).toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Id of the cluster that is made of the given members. */
    public static long ofCluster(List<Long> memberIds) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * memberIds.size());
        memberIds.stream().sorted(Long::compareUnsigned).forEach(bytes::putLong);
        return firstEight(bytes.array());
    }

    /** The id as operators and peers write it. */
    public static String text(long id) {
        return Long.toHexString(id);
    }

    /**
     * Reads an id from its text.
     *
     * @throws NumberFormatException if it is no unsigned 64-bit hex number
     */
    public static long parse(String text) {
        if (text.isEmpty() || text.length() > 16) {
            throw new NumberFormatException("no id: " + text);
        }
        return HexFormat.fromHexDigitsToLong(text);
    }

    private static StringBuilder urls(Collection<String> peerUrls) {
        StringBuilder text = new StringBuilder();
        new TreeSet<>(peerUrls).forEach(text::append);
        return text;
    }

    private static long firstEight(byte[] input) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input)).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
