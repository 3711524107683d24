package dev.plinth.tools.bench;

import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A call that is to be made.
 *
 * @param <Q> type of the request
 * @param method with answers that nobody looks at
 * @param kind which of the run's sections it counts for, from 0
 */
record Call<Q>(MethodDescriptor<Q, Boolean> method, Q request, int kind) {
    private static final MethodDescriptor.Marshaller<Boolean> NOTHING =
            new MethodDescriptor.Marshaller<>() {
                @Override
                public InputStream stream(Boolean answer) {
                    throw new UnsupportedOperationException("answers are only read here");
                }

                @Override
                public Boolean parse(InputStream stream) {
                    try {
                        stream.close();
                        return Boolean.TRUE;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };

    /** A method of the protocol whose answers are not made into objects. */
    static <Q> MethodDescriptor<Q, Boolean> unread(MethodDescriptor<Q, ?> method) {
        return method.toBuilder(method.getRequestMarshaller(), NOTHING).build();
    }
}
