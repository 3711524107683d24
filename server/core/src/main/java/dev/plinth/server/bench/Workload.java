package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import io.grpc.stub.StreamObserver;
import java.util.Random;

/**
 * What one logical client does over and over. Keys are spread over a fixed space, values all the
 * same.
 */
enum Workload {
    PUT {
        @Override
        void call(
                KVGrpc.KVStub stub, Requests requests, long number, StreamObserver<Object> answer) {
            stub.put(requests.put(number), cast(answer));
        }
    },
    GET {
        @Override
        void call(
                KVGrpc.KVStub stub, Requests requests, long number, StreamObserver<Object> answer) {
            stub.range(requests.get(number, false), cast(answer));
        }
    },
    GET_SERIALIZABLE {
        @Override
        void call(
                KVGrpc.KVStub stub, Requests requests, long number, StreamObserver<Object> answer) {
            stub.range(requests.get(number, true), cast(answer));
        }
    },
    RANGE_100 {
        @Override
        void call(
                KVGrpc.KVStub stub, Requests requests, long number, StreamObserver<Object> answer) {
            stub.range(requests.range(number, 100), cast(answer));
        }
    };

    abstract void call(
            KVGrpc.KVStub stub, Requests requests, long number, StreamObserver<Object> answer);

    /** Whether there have to be keys before it starts. */
    boolean reads() {
        return this != PUT;
    }

    @SuppressWarnings("unchecked") // the observer looks at no answer
    private static <T> StreamObserver<T> cast(StreamObserver<Object> observer) {
        return (StreamObserver<T>) (StreamObserver<?>) observer;
    }

    /** Requests over a key space; built per call, since a client would do the same. */
    record Requests(int keySpace, ByteString value) {
        /** A prime above any key space: multiples of it meet every slot once before they repeat. */
        private static final long STEP = 2_654_435_761L;

        /** Over {@code keySpace} keys, with a value of so many bytes that do not compress. */
        static Requests of(int keySpace, int valueBytes) {
            byte[] value = new byte[valueBytes];
            new Random(1).nextBytes(value);
            return new Requests(keySpace, ByteString.copyFrom(value));
        }

        PutRequest put(long number) {
            return PutRequest.newBuilder().setKey(key(number)).setValue(value).build();
        }

        RangeRequest get(long number, boolean serializable) {
            return RangeRequest.newBuilder()
                    .setKey(key(number))
                    .setSerializable(serializable)
                    .build();
        }

        RangeRequest range(long number, int limit) {
            return RangeRequest.newBuilder()
                    .setKey(key(number))
                    .setRangeEnd(ByteString.copyFromUtf8("bench0"))
                    .setLimit(limit)
                    .build();
        }

        /** All different for numbers from 0 to the size of the space, in an order of their own. */
        ByteString key(long number) {
            return ByteString.copyFromUtf8(
                    "bench/%08d".formatted(number % keySpace * STEP % keySpace));
        }
    }
}
