package dev.plinth.server.bench.page;

/** A page that needs nothing beside itself, light or dark as the reader's system is. */
public final class HtmlPage {
    private static final String STYLE =
            """
            :root { color-scheme: light dark; --ground: #fcfcfb; --card: #fff; --text: #1d2125;
              --faint: #646b73; --rule: #dcdfe3; --line0: #1f6feb; --line1: #c2410c; --line2: #15803d;
              --line3: #9333ea; }
            @media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1c2024;
              --text: #e3e6e9; --faint: #99a1aa; --rule: #343a41; --line0: #6cb0ff; --line1: #fb923c;
              --line2: #4ade80; --line3: #c99bff; } }
            body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; background: var(--ground);
              color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
            h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
            .tiles { display: flex; flex-wrap: wrap; gap: .8rem; }
            .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
              padding: .6rem 1rem; color: var(--faint); font-size: .85rem; }
            .tile b { display: block; color: var(--text); font-size: 1.3rem;
              font-variant-numeric: tabular-nums; }
            .scroll { overflow-x: auto; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--rule);
              text-align: left; } th { color: var(--faint); font-weight: 600; }
            .n { text-align: right; } .faint { color: var(--faint); font-size: .85em; }
            svg { width: 100%; height: auto; background: var(--card); border: 1px solid var(--rule);
              border-radius: 8px; } svg text { fill: var(--faint); font: 12px system-ui, sans-serif; }
            .rule { stroke: var(--rule); } .line { fill: none; stroke-width: 2; }
            .line0 { stroke: var(--line0); } .line1 { stroke: var(--line1); }
            .line2 { stroke: var(--line2); } .line3 { stroke: var(--line3); }
            svg .key0 { fill: var(--line0); } svg .key1 { fill: var(--line1); }
            svg .key2 { fill: var(--line2); } svg .key3 { fill: var(--line3); }
            """;

    private HtmlPage() {}

    /**
     * The page.
     *
     * @param title plain text
     * @param body what stands below the title
     */
    public static String of(String title, String body) {
        return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <h1>%s</h1>
        %s</body>
        </html>
        """
                .formatted(escape(title), STYLE, escape(title), body);
    }

    /** Plain text as it has to stand in a page. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
