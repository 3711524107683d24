package dev.plinth.server.dump;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.authpb.Role;
import dev.plinth.api.authpb.User;
import dev.plinth.api.leasepb.Lease;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.cli.GoText;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Entries of etcd's buckets in words. */
final class BucketDecoder {
    private static final int REVISION_BYTES = 17;
    private static final int TOMBSTONE_BYTES = 18;
    private static final byte TOMBSTONE = 't';
    private static final Set<String> NUMBERS = Set.of("consistent_index", "term");
    private static final Set<String> REVISIONS =
            Set.of("scheduledCompactRev", "finishedCompactRev");

    private BucketDecoder() {}

    /** A revision as a key of the bucket {@code key} or a value in {@code meta} holds it. */
    record RevisionBytes(long main, long sub, boolean tombstone) {
        static RevisionBytes of(byte[] bytes) throws InvalidProtocolBufferException {
            boolean hasLength = bytes.length == REVISION_BYTES || bytes.length == TOMBSTONE_BYTES;
            if (!hasLength || bytes[8] != '_') {
                throw new InvalidProtocolBufferException("no revision: " + GoText.quote(bytes));
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            boolean tombstone =
                    bytes.length == TOMBSTONE_BYTES && bytes[REVISION_BYTES] == TOMBSTONE;
            return new RevisionBytes(buffer.getLong(0), buffer.getLong(9), tombstone);
        }
    }

    /**
     * One line for an entry.
     *
     * @throws InvalidProtocolBufferException for an entry that is not what the bucket should hold
     */
    static String text(String bucket, byte[] key, byte[] value)
            throws InvalidProtocolBufferException {
        return switch (bucket) {
            case "key" -> keyText(key, value);
            case "lease" -> lease(value);
            case "auth" -> auth(key, value);
            case "authRoles" -> role(value);
            case "authUsers" -> user(value);
            case "meta" -> meta(key, value);
            default -> undecoded(key, value);
        };
    }

    static String undecoded(byte[] key, byte[] value) {
        return "key=" + GoText.quote(key) + ", value=" + GoText.quote(value);
    }

    private static String keyText(byte[] key, byte[] value) throws InvalidProtocolBufferException {
        RevisionBytes revision = RevisionBytes.of(key);
        KeyValue stored = KeyValue.parseFrom(value);
        return "rev={Revision:{Main:%d Sub:%d} tombstone:%b}, value=[key %s | val %s | created %d | mod %d | ver %d]"
                .formatted(
                        revision.main,
                        revision.sub,
                        revision.tombstone,
                        GoText.quote(stored.getKey().toByteArray()),
                        GoText.quote(stored.getValue().toByteArray()),
                        stored.getCreateRevision(),
                        stored.getModRevision(),
                        stored.getVersion());
    }

    private static String lease(byte[] value) throws InvalidProtocolBufferException {
        Lease lease = Lease.parseFrom(value);
        return "lease ID=%016x, TTL=%ds, remaining TTL=%ds"
                .formatted(lease.getID(), lease.getTTL(), lease.getRemainingTTL());
    }

    private static String auth(byte[] key, byte[] value) {
        boolean isRevision = new String(key, UTF_8).equals("authRevision");
        return entry(key, isRevision ? number(value) : list(value));
    }

    private static String role(byte[] value) throws InvalidProtocolBufferException {
        Role role = Role.parseFrom(value);
        return "role="
                + GoText.quote(role.getName().toByteArray())
                + role.getKeyPermissionList().stream()
                        .map(CompactText::of)
                        .collect(Collectors.joining(" ", ", keyPermission=[", "]"));
    }

    private static String user(byte[] value) throws InvalidProtocolBufferException {
        User user = User.parseFrom(value);
        return "user="
                + GoText.quote(user.getName().toByteArray())
                + user.getRolesList().stream()
                        .map(GoText::quote)
                        .collect(Collectors.joining(" ", ", roles=[", "]"))
                + ", option="
                + (user.hasOptions() ? CompactText.of(user.getOptions()) : "<nil>");
    }

    private static String meta(byte[] key, byte[] value) throws InvalidProtocolBufferException {
        String name = new String(key, UTF_8);
        if (REVISIONS.contains(name)) {
            RevisionBytes revision = RevisionBytes.of(value);
            return entry(key, "{" + revision.main + " " + revision.sub + "}");
        }
        return entry(key, NUMBERS.contains(name) ? number(value) : list(value));
    }

    private static String entry(byte[] key, String value) {
        return "key=" + GoText.quote(key) + ", value=" + value;
    }

    private static String number(byte[] value) {
        return value.length == Long.BYTES
                ? Long.toUnsignedString(ByteBuffer.wrap(value).getLong())
                : list(value);
    }

    private static String list(byte[] value) {
        int[] numbers = new int[value.length];
        Arrays.setAll(numbers, i -> value[i] & 0xFF);
        return Arrays.stream(numbers)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" ", "[", "]"));
    }
}
