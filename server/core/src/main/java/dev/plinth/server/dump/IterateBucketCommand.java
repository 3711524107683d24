package dev.plinth.server.dump;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code iterate-bucket}: the entries of a bucket, the last key first. */
@Command(
        name = "iterate-bucket",
        header = "iterate-bucket lists key-value pairs in reverse order.",
        customSynopsis = "iterate-bucket [data dir or db file path] [bucket name]")
final class IterateBucketCommand extends DumpDbCommand {
    @Option(
            names = "--limit",
            paramLabel = "uint",
            description = "max number of key-value pairs to iterate (0 to iterate all)")
    private String limit = "0";

    @Option(names = "--decode", description = "true to decode Protocol Buffer encoded data")
    private boolean decode;

    IterateBucketCommand(DumpContext context) {
        super(context, 2);
    }

    @Override
    void dump() throws Refusal, IOException {
        long most;
        try {
            most = GoNumbers.parseUint(limit);
        } catch (CommandFailure e) {
            throw new IllegalStateException("checked before", e);
        }
        read(transaction -> {
            Bucket bucket = transaction.root().bucket(argument(1).getBytes(UTF_8));
            if (bucket == null) {
                throw new Refusal("got nil bucket for " + argument(1));
            }
            print(bucket.cursor(), most);
        });
    }

    private void print(Cursor cursor, long most) throws Refusal {
        long printed = 0;
        for (boolean more = cursor.last(); more; more = cursor.previous()) {
            if (most != 0 && printed++ == most) {
                return;
            }
            byte[] key = cursor.keyBytes();
            byte[] value =
                    cursor.isBucket() ? new byte[0] : cursor.value().toArray(ValueLayout.JAVA_BYTE);
            try {
                context()
                        .out()
                        .println(
                                decode
                                        ? BucketDecoder.text(argument(1), key, value)
                                        : BucketDecoder.undecoded(key, value));
            } catch (InvalidProtocolBufferException e) {
                throw new Refusal(BucketDecoder.undecoded(key, value) + ": " + e.getMessage());
            }
        }
    }
}
