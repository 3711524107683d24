package dev.plinth.tools.util;

import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.decode.KubernetesValue;
import dev.plinth.tools.decode.UndecodableException;
import dev.plinth.tools.text.FileErrors;
import dev.plinth.tools.text.InputLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/** decode: values that Kubernetes stores, as JSON. */
final class DecodeCommand {
    private final UtilContext context;

    DecodeCommand(UtilContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("decode", "Makes a value readable that Kubernetes has stored")
                .describe(
                        """
                        Reads a value as it is stored below /registry and prints it as JSON: objects in protobuf with
                        their type, their metadata and their other fields by number, CBOR and JSON as they are. Of an
                        encrypted value only the provider and the key's name are printed.

                        $ etcdctl get --print-value-only /registry/namespaces/default | etcdutl decode\
                        """)
                .flags(
                        Flag.text("file", "", "file that holds the value; else standard input")
                                .withShorthand("f"),
                        Flag.text("output", "json", "json, or proto for the object's own message")
                                .withShorthand("o"),
                        Flag.bool(
                                "batch-process",
                                "the input is lines of a key, a comma, and the value in base64"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("decode accepts no arguments");
        }
        String output = flags.text("output");
        if (!output.equals("json") && !output.equals("proto")) {
            throw new ToolFailure(ToolFailure.BAD_FEATURE, "unsupported output format");
        }
        try {
            if (flags.isOn("batch-process")) {
                lines(output);
            } else {
                value(input(flags.text("file")), output);
            }
        } catch (UndecodableException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw UtilContext.failure(e);
        }
    }

    private byte[] input(String file) throws IOException, ToolFailure {
        if (file.isEmpty()) {
            byte[] all = context.console().in().readAllBytes();
            return withoutNewline(all);
        }
        Path path = context.path(file);
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw ToolFailure.error(FileErrors.text("open", path, e));
        }
    }

    /** What get prints has a newline behind the value. */
    private static byte[] withoutNewline(byte[] bytes) {
        boolean hasNewline = bytes.length > 0 && bytes[bytes.length - 1] == '\n';
        return hasNewline ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    private void value(byte[] value, String output) throws UndecodableException {
        if (output.equals("proto")) {
            context.console().write(KubernetesValue.raw(value));
        } else {
            context.console().println(KubernetesValue.json(value));
        }
    }

    /** A line that cannot be decoded is told and does not keep the others from being so. */
    private void lines(String output) throws IOException, ToolFailure {
        InputLines lines = new InputLines(context.console().in());
        boolean isFailed = false;
        for (String line = lines.next(); line != null; line = lines.next()) {
            int comma = line.lastIndexOf(',');
            String key = comma < 0 ? "" : line.substring(0, comma);
            try {
                byte[] value = Base64.getDecoder().decode(line.substring(comma + 1).strip());
                context.console().println(key);
                value(value, output);
            } catch (UndecodableException | IllegalArgumentException e) {
                context.console().error(key + ": " + e.getMessage());
                isFailed = true;
            }
        }
        if (isFailed) {
            throw ToolFailure.silent(ToolFailure.ERROR);
        }
    }
}
