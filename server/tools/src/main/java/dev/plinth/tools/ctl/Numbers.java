package dev.plinth.tools.ctl;

import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.tools.cli.ToolFailure;

/** Numbers among the words of a command. */
final class Numbers {
    private Numbers() {}

    /** The id of a lease as commands print it. */
    static long lease(String text, String messageFormat) throws ToolFailure {
        try {
            return GoNumbers.parseInt(text, 16);
        } catch (CommandFailure e) {
            throw ToolFailure.arguments(messageFormat.formatted(e.getMessage()));
        }
    }

    /** The id of a member as commands print it. */
    static long member(String text) throws ToolFailure {
        try {
            return GoNumbers.parseUint(text, 16);
        } catch (CommandFailure e) {
            throw ToolFailure.arguments(
                    "bad member ID arg (" + e.getMessage() + "), expecting ID in Hex");
        }
    }

    /** A decimal number with a sign or without. */
    static long decimal(String text) throws CommandFailure {
        return GoNumbers.parseInt(text, 10);
    }
}
