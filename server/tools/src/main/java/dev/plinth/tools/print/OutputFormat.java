package dev.plinth.tools.print;

import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.Console;

/** The output formats by their names. */
public final class OutputFormat {
    private OutputFormat() {}

    /**
     * A printer.
     *
     * @param format name of the format
     * @param isHex whether bytes and ids are written in hexadecimal digits
     * @param isValueOnly whether simple output of a range leaves the keys out
     */
    public static Printer printer(
            String format, boolean isHex, boolean isValueOnly, Console console) throws ToolFailure {
        return switch (format) {
            case "simple" -> new SimplePrinter(console, isHex, isValueOnly);
            case "json" -> new JsonPrinter(console, isHex);
            case "fields" -> new FieldsPrinter(console, isHex);
            case "protobuf" -> new ProtobufPrinter(console);
            case "table" -> new TablePrinter(console);
            default -> throw new ToolFailure(ToolFailure.BAD_FEATURE, "unsupported output format");
        };
    }
}
