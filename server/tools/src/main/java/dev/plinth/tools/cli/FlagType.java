package dev.plinth.tools.cli;

import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.server.cli.GoText;
import dev.plinth.server.config.GoDuration;

/** What a flag holds, as pflag names it. */
public enum FlagType {
    /** Any text. */
    STRING("string"),
    /** On or off; needs no value. */
    BOOL(""),
    /** A signed number of 64 bits. */
    INT("int"),
    /** The same under the name that says so. */
    INT64("int"),
    /** An unsigned number of 64 bits. */
    UINT64("uint"),
    /** A duration with a unit, such as {@code 1.5s}. */
    DURATION("duration"),
    /** Texts separated by commas; the flag may be given more than once. */
    STRINGS("strings");

    private final String label;

    FlagType(String label) {
        this.label = label;
    }

    /** How help texts call the value; empty for {@link #BOOL}. */
    String label() {
        return label;
    }

    /** Why a text is no value of this type; empty if it is one. */
    String refusal(String value) {
        try {
            switch (this) {
                case STRING, STRINGS -> {}
                case BOOL -> parseBool(value);
                case INT, INT64 -> GoNumbers.parseInt(value);
                case UINT64 -> GoNumbers.parseUint(value);
                case DURATION -> GoDuration.parseNanos(value);
            }
            return "";
        } catch (CommandFailure | IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** On or off as Go reads it. */
    static boolean parseBool(String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "strconv.ParseBool: parsing "
                                    + GoText.quote(value)
                                    + ": invalid syntax");
        };
    }
}
