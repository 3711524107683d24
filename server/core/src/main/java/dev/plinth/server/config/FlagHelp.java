package dev.plinth.server.config;

/** Writes the help of the server's flags. */
public final class FlagHelp {
    private static final int TEXT_COLUMN = 40;

    private FlagHelp() {}

    /** How the program is called. */
    public static String usage() {
        return """
        Usage:

          etcd [flags]
            Run a member.

          etcd --version
            Print the version and exit.

          etcd -h | --help
            Print this and the list of flags.

          etcd --config-file
            Run a member as the file says; other flags and variables are ignored.
        """;
    }

    /** Every flag under its heading, with its default and what it does. */
    public static String flags(FlagTable table) {
        StringBuilder out = new StringBuilder();
        for (Flag.Group group : Flag.Group.values()) {
            if (group == Flag.Group.HIDDEN) {
                continue;
            }
            out.append(out.isEmpty() ? "" : "\n").append(group.heading()).append(":\n");
            for (Flag flag : table.all()) {
                if (flag.group() == group) {
                    append(out, flag);
                }
            }
        }
        out.append(
                """

                Each flag may be set by a variable too: --data-dir by ETCD_DATA_DIR, and so on.
                The experimental- spellings of etcd 3.5 and 3.6 are accepted with a warning.
                """);
        return out.toString();
    }

    private static void append(StringBuilder out, Flag flag) {
        int start = out.length();
        out.append("  --").append(flag.name());
        if (!flag.isBool() || flag.defaultText().equals("true")) {
            out.append(" '").append(flag.defaultText()).append('\'');
        }
        int used = out.length() - start;
        if (used >= TEXT_COLUMN) {
            out.append('\n');
            used = 0;
        }
        out.repeat(' ', TEXT_COLUMN - used).append(flag.help());
        if (flag.standing() instanceof Flag.Standing.Inert(String instead)) {
            out.append(" Accepted without effect: ").append(instead).append('.');
        }
        out.append('\n');
    }
}
