package dev.plinth.tools.documents;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of a document that tells readers to type something: fenced or indented, and the remark
 * above it. A remark is an HTML comment, which readers do not see:
 *
 * <ul>
 *   <li>{@code <!-- not run: REASON -->} before a block, or before the first block of a document
 *       for all of them ({@code <!-- none is run: REASON -->});
 *   <li>{@code <!-- runs until: TEXT -->} for a block of one command that stays: it is stopped when
 *       the document ends, or
 *   <li>before a block with {@code <!-- stopped: WHY -->}.
 * </ul>
 *
 * <p>Lines that begin with {@code $ } are typed, and what stands below them is what they print;
 * {@code …} stands for any text. Blocks without such lines are typed whole.
 *
 * @param line where the block begins
 * @param lines without fence and indentation
 * @param notRun why nobody types it; empty for those that are typed
 * @param until what a command prints that stays; empty for others
 * @param isAlone whether what has stayed is stopped before
 */
record CommandBlock(int line, List<String> lines, String notRun, String until, boolean isAlone) {
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(\\$ )?(\\./plinth|plinth|jmh/run|\\(cd|\\.ci/|etcd|etcdctl|etcdutl|bbolt|mvn|curl|git|python3"
                            + "|cd|export|systemctl|tar|[A-Z_]+=\\S+)(\\s.*|\\S*)");
    private static final Pattern REMARK =
            Pattern.compile("<!-- (not run|none is run|runs until|stopped): (.*) -->");
    private static final int INDENTATION = 4;

    boolean isTyped() {
        return notRun.isEmpty();
    }

    String text() {
        return String.join("\n", lines);
    }

    /** Finds the blocks of a document. */
    static List<CommandBlock> of(List<String> document) {
        List<CommandBlock> blocks = new ArrayList<>();
        Optional<String> noneIsRun = Optional.empty();
        String kind = "";
        String text = "";
        int at = 0;
        while (at < document.size()) {
            String line = document.get(at);
            Matcher remark = REMARK.matcher(line.strip());
            if (remark.matches()) {
                kind = remark.group(1);
                text = remark.group(2);
                if (kind.equals("none is run")) {
                    noneIsRun = Optional.of(text);
                }
                at++;
                continue;
            }
            List<String> lines = new ArrayList<>();
            int begin = at;
            at = read(document, at, lines);
            if (lines.stream().anyMatch(each -> COMMAND.matcher(each).matches())) {
                blocks.add(
                        new CommandBlock(
                                begin + 1,
                                lines,
                                kind.equals("not run") ? text : noneIsRun.orElse(""),
                                kind.equals("runs until") ? text : "",
                                kind.equals("stopped")));
            }
            if (!line.isBlank()) {
                kind = "";
            }
        }
        return blocks;
    }

    /** Reads a block that begins here, or passes one line; returns where to go on. */
    private static int read(List<String> document, int begin, List<String> lines) {
        String first = document.get(begin);
        String fence = first.strip();
        int at = begin + 1;
        if (fence.startsWith("```")) {
            boolean isShell = fence.matches("```(sh|console)?");
            while (at < document.size() && !document.get(at).strip().equals("```")) {
                if (isShell) {
                    lines.add(document.get(at).strip());
                }
                at++;
            }
            return at + 1;
        }
        boolean isIndented =
                indentation(first) >= INDENTATION
                        && (begin == 0 || document.get(begin - 1).isBlank());
        if (!isIndented) {
            return at;
        }
        lines.add(first.strip());
        while (at < document.size() && indentation(document.get(at)) >= INDENTATION) {
            lines.add(document.get(at).strip());
            at++;
        }
        return at;
    }

    private static int indentation(String line) {
        return line.length() - line.stripLeading().length();
    }
}
