package dev.plinth.tools.print;

import java.util.List;
import java.util.Locale;

/** A table with light box drawing: centred headers, cells to the right. */
public final class Table {
    private Table() {}

    /** Draws it; without rows the header is still there. */
    public static String draw(List<String> headers, List<List<String>> rows) {
        int[] widths = new int[headers.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = width(headers.get(i));
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        StringBuilder table = new StringBuilder();
        rule(table, widths, "┌", "┬", "┐");
        for (int i = 0; i < widths.length; i++) {
            String title = headers.get(i).toUpperCase(Locale.ROOT).replace('_', ' ');
            int free = widths[i] - width(title);
            table.append("│ ")
                    .append(" ".repeat(free / 2))
                    .append(title)
                    .append(" ".repeat(free - free / 2))
                    .append(' ');
        }
        table.append("│\n");
        rule(table, widths, "├", "┼", "┤");
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                String cell = row.get(i);
                table.append("│ ")
                        .append(" ".repeat(widths[i] - width(cell)))
                        .append(cell)
                        .append(' ');
            }
            table.append("│\n");
        }
        rule(table, widths, "└", "┴", "┘");
        return table.toString();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static void rule(
            StringBuilder table, int[] widths, String left, String middle, String right) {
        String corner = left;
        for (int width : widths) {
            table.append(corner).append("─".repeat(width + 2));
            corner = middle;
        }
        table.append(right).append('\n');
    }
}
