package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.KeyRanges;
import dev.plinth.tools.text.RawText;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The words and flags of get, put and del as requests; transactions use the same ones. */
final class KeyFlags {
    static final Flag[] GET = {
        Flag.text("consistency", "l", "Linearizable(l) or Serializable(s)"),
        Flag.text("order", "", "Order of results; ASCEND or DESCEND (ASCEND by default)"),
        Flag.text("sort-by", "", "Sort target; CREATE, KEY, MODIFY, VALUE, or VERSION"),
        Flag.number("limit", 0, "Maximum number of results"),
        Flag.bool("prefix", "Get keys with matching prefix"),
        Flag.bool(
                "from-key",
                "Get keys that are greater than or equal to the given key using byte compare"),
        Flag.number("rev", 0, "Specify the kv revision"),
        Flag.bool("keys-only", "Get only the keys"),
        Flag.bool("count-only", "Get only the count"),
        Flag.bool("print-value-only", "Only write values when using the \"simple\" output format"),
        Flag.number("min-create-rev", 0, "Minimum create revision"),
        Flag.number("max-create-rev", 0, "Maximum create revision"),
        Flag.number("min-mod-rev", 0, "Minimum modification revision"),
        Flag.number("max-mod-rev", 0, "Maximum modification revision"),
        Flag.bool("stream", "Get the result in parts and put them together here"),
        Flag.text("decode", "", "k8s: show values as JSON that Kubernetes has stored")
    };
    static final Flag[] PUT = {
        Flag.text("lease", "0", "lease ID (in hexadecimal) to attach to the key"),
        Flag.bool("prev-kv", "return the previous key-value pair before modification"),
        Flag.bool("ignore-value", "updates the key using its current value"),
        Flag.bool("ignore-lease", "updates the key using its current lease")
    };
    static final Flag[] DEL = {
        Flag.bool("prefix", "delete keys with matching prefix"),
        Flag.bool("prev-kv", "return deleted key-value pairs"),
        Flag.bool(
                "from-key",
                "delete keys that are greater than or equal to the given key using byte compare"),
        Flag.bool("range", "delete range of keys without delay")
    };

    private static final long SECOND_THOUGHT_SECONDS = 2;
    private static final String BOTH =
            "`--prefix` and `--from-key` cannot be set at the same time, choose one";
    private static final String TOO_MANY =
            "too many arguments, only accept one argument when `--prefix` or `--from-key` is set";

    private KeyFlags() {}

    static ByteString bytes(String word) {
        return ByteString.copyFrom(RawText.encode(word));
    }

    /** A key and the end of the range that begins with it; empty for the key alone. */
    record Range(ByteString key, ByteString end) {
        /** From a word and two flags; everything for an empty key with one of them. */
        static Range of(String word, boolean isPrefix, boolean isFromKey) {
            if (!isPrefix && !isFromKey) {
                return new Range(bytes(word), ByteString.EMPTY);
            }
            if (word.isEmpty()) {
                return new Range(KeyRanges.OPEN_END, KeyRanges.OPEN_END);
            }
            ByteString key = bytes(word);
            return new Range(key, isFromKey ? KeyRanges.OPEN_END : KeyRanges.prefixEnd(key));
        }
    }

    private static Range range(ParsedFlags flags) throws ToolFailure {
        List<String> words = flags.arguments();
        boolean isPrefix = flags.isOn("prefix");
        boolean isFromKey = flags.isOn("from-key");
        if (words.size() > 1) {
            if (isPrefix || isFromKey) {
                throw ToolFailure.arguments(TOO_MANY);
            }
            return new Range(bytes(words.get(0)), bytes(words.get(1)));
        }
        return Range.of(words.getFirst(), isPrefix, isFromKey);
    }

    // ---------------------------------------------------------------- get

    static RangeRequest get(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().isEmpty()) {
            throw ToolFailure.arguments(
                    "get command needs one argument as key and an optional argument as range_end");
        }
        if (flags.isOn("prefix") && flags.isOn("from-key")) {
            throw ToolFailure.arguments(BOTH);
        }
        if (flags.isOn("keys-only") && flags.isOn("count-only")) {
            throw ToolFailure.arguments(
                    "`--keys-only` and `--count-only` cannot be set at the same time, choose one");
        }
        RangeRequest.Builder request =
                RangeRequest.newBuilder().setSerializable(isSerializable(flags));
        Range range = range(flags);
        RangeRequest.SortOrder order = order(flags.text("order"));
        RangeRequest.SortTarget target = target(flags.text("sort-by"));
        boolean isNatural =
                target == RangeRequest.SortTarget.KEY && order == RangeRequest.SortOrder.ASCEND;
        return request.setKey(range.key())
                .setRangeEnd(range.end())
                .setLimit(flags.number("limit"))
                .setRevision(Math.max(0, flags.number("rev")))
                .setSortOrder(isNatural ? RangeRequest.SortOrder.NONE : order)
                .setSortTarget(target)
                .setKeysOnly(flags.isOn("keys-only"))
                .setCountOnly(flags.isOn("count-only"))
                .setMinCreateRevision(bounds(flags, "create", "Create"))
                .setMaxCreateRevision(flags.number("max-create-rev"))
                .setMinModRevision(bounds(flags, "mod", "Mod"))
                .setMaxModRevision(flags.number("max-mod-rev"))
                .build();
    }

    static boolean isSerializable(ParsedFlags flags) throws ToolFailure {
        return switch (flags.text("consistency")) {
            case "s" -> true;
            case "l" -> false;
            default -> throw unknownConsistency(flags.text("consistency"));
        };
    }

    static ToolFailure unknownConsistency(String value) {
        return new ToolFailure(
                ToolFailure.BAD_FEATURE, "unknown consistency flag " + GoText.quote(value));
    }

    private static RangeRequest.SortOrder order(String text) throws ToolFailure {
        String upper = text.toUpperCase(Locale.ROOT);
        return switch (upper) {
            case "" -> RangeRequest.SortOrder.NONE;
            case "ASCEND" -> RangeRequest.SortOrder.ASCEND;
            case "DESCEND" -> RangeRequest.SortOrder.DESCEND;
            default -> throw new ToolFailure(ToolFailure.BAD_FEATURE, "bad sort order " + text);
        };
    }

    private static RangeRequest.SortTarget target(String text) throws ToolFailure {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "", "KEY" -> RangeRequest.SortTarget.KEY;
            case "CREATE" -> RangeRequest.SortTarget.CREATE;
            case "MODIFY" -> RangeRequest.SortTarget.MOD;
            case "VALUE" -> RangeRequest.SortTarget.VALUE;
            case "VERSION" -> RangeRequest.SortTarget.VERSION;
            default -> throw new ToolFailure(ToolFailure.BAD_FEATURE, "bad sort target " + text);
        };
    }

    /** The lower bound, after a look at the upper one. */
    private static long bounds(ParsedFlags flags, String kind, String title) throws ToolFailure {
        long min = flags.number("min-" + kind + "-rev");
        long max = flags.number("max-" + kind + "-rev");
        if (min > 0 && max > 0 && min > max) {
            throw new ToolFailure(
                    ToolFailure.BAD_FEATURE,
                    "getMin%sRev(=%d) > getMax%sRev(=%d)".formatted(title, min, title, max));
        }
        return min;
    }

    // ---------------------------------------------------------------- put

    static PutRequest put(ParsedFlags flags, InputStream in) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.isEmpty()) {
            throw noValue();
        }
        boolean ignoresValue = flags.isOn("ignore-value");
        if (ignoresValue && words.size() > 1) {
            throw ToolFailure.arguments(
                    "put command needs only 1 argument when 'ignore-value' is set");
        }
        ByteString value = ignoresValue ? ByteString.EMPTY : value(words, in);
        return PutRequest.newBuilder()
                .setKey(bytes(words.getFirst()))
                .setValue(value)
                .setLease(
                        Numbers.lease(
                                flags.text("lease"), "bad lease ID (%s), expecting ID in Hex"))
                .setPrevKv(flags.isOn("prev-kv"))
                .setIgnoreValue(ignoresValue)
                .setIgnoreLease(flags.isOn("ignore-lease"))
                .build();
    }

    private static ByteString value(List<String> words, InputStream in) throws ToolFailure {
        if (words.size() > 1) {
            return bytes(words.get(1));
        }
        try {
            ByteString value = ByteString.readFrom(in);
            if (!value.isEmpty()) {
                return value;
            }
        } catch (IOException _) {
            // As if there were nothing to read.
        }
        throw noValue();
    }

    private static ToolFailure noValue() {
        return ToolFailure.arguments(
                "put command needs 1 argument and input from stdin or 2 arguments");
    }

    // ---------------------------------------------------------------- del

    static DeleteRangeRequest del(ParsedFlags flags, Console console) throws ToolFailure {
        List<String> words = flags.arguments();
        if (words.isEmpty() || words.size() > 2) {
            throw ToolFailure.arguments(
                    "del command needs one argument as key and an optional argument as range_end");
        }
        if (flags.isOn("prefix") && flags.isOn("from-key")) {
            throw ToolFailure.arguments(BOTH);
        }
        Range range = range(flags);
        if (words.size() == 2 && !flags.isOn("range")) {
            console.error(
                    "Warning: Keys between %s and %s will be deleted. Please interrupt the"
                                    .formatted(
                                            GoText.quote(RawText.encode(words.get(0))),
                                            GoText.quote(RawText.encode(words.get(1))))
                            + " command within next 2 seconds to cancel. You can provide `--range`"
                            + " flag to avoid the delay.");
            awaitSecondThought();
        }
        return DeleteRangeRequest.newBuilder()
                .setKey(range.key())
                .setRangeEnd(range.end())
                .setPrevKv(flags.isOn("prev-kv"))
                .build();
    }

    /** The user may still interrupt the program. */
    private static void awaitSecondThought() throws ToolFailure {
        try {
            boolean ended = new CountDownLatch(1).await(SECOND_THOUGHT_SECONDS, TimeUnit.SECONDS);
            assert !ended : "nobody counts it down";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ToolFailure.error("interrupted");
        }
    }
}
