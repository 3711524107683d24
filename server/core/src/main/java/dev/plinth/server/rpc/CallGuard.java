package dev.plinth.server.rpc;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The checks that every call passes before its own: the cluster has agreed on a version, a learner
 * serves few methods, the metadata is well formed, and a caller who asks for a leader finds one.
 */
final class CallGuard {
    /** Whether a learner may serve this request. */
    interface LearnerRule<Q> {
        boolean allows(Q request);
    }

    static final LearnerRule<Object> NOT_ON_LEARNER = _ -> false;
    static final LearnerRule<Object> ALSO_ON_LEARNER = _ -> true;

    static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    /** The raw bytes: gRPC reads header values as ASCII and would hide what is wrong with them. */
    private static final Metadata.Key<byte[]> CLIENT_API_VERSION =
            InternalMetadata.keyOf(
                    "client-api-version",
                    new InternalMetadata.TrustedAsciiMarshaller<byte[]>() {
                        @Override
                        public byte[] toAsciiString(byte[] value) {
                            return value;
                        }

                        @Override
                        public byte[] parseAsciiString(byte[] serialized) {
                            return serialized;
                        }
                    });

    private static final Logger LOG = System.getLogger(CallGuard.class.getName());

    private final LocalMember member;

    CallGuard(LocalMember member) {
        this.member = member;
    }

    void checkUnary(boolean allowedOnLearner, Metadata headers) throws RefusedException {
        check(allowedOnLearner, headers);
    }

    void checkStream(boolean allowedOnLearner, Metadata headers) throws RefusedException {
        check(allowedOnLearner, headers);
    }

    private void check(boolean allowedOnLearner, Metadata headers) throws RefusedException {
        if (member.clusterVersion() == null) {
            throw RefusedException.of(EtcdError.NOT_CAPABLE);
        }
        if (member.isLearner() && !allowedOnLearner) {
            throw RefusedException.of(EtcdError.NOT_SUPPORTED_FOR_LEARNER);
        }
        byte[] version = headers.get(CLIENT_API_VERSION);
        if (version != null && !isUtf8(version)) {
            throw RefusedException.of(EtcdError.INVALID_CLIENT_API_VERSION);
        }
        if (wantsLeader(headers) && member.leaderId() == 0) {
            throw RefusedException.of(EtcdError.NO_LEADER);
        }
    }

    static boolean wantsLeader(Metadata headers) {
        return "true".equals(headers.get(HAS_LEADER));
    }

    private static boolean isUtf8(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return decodes(bytes);
            }
        }
        return true;
    }

    private static boolean decodes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Records a fault of ours; the caller gets status Unknown. */
    void unexpected(String method, RuntimeException fault) {
        LOG.log(Level.ERROR, "request failed: " + method, fault);
    }
}
