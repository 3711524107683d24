package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.util.ArrayList;
import java.util.List;

/** Page ids on a command line. */
final class PageIds {
    private PageIds() {}

    /** Reads them; empty words do not count. */
    static List<Long> parse(List<String> words) throws CommandFailure {
        List<Long> ids = new ArrayList<>();
        for (String word : words) {
            if (!word.isEmpty()) {
                ids.add(GoNumbers.parseDecimalUint(word));
            }
        }
        return ids;
    }
}
