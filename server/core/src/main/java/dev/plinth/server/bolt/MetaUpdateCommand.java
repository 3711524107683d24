package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.surgery.MetaPage;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.server.cli.GoText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code surgery meta update}. */
@Command(
        name = "update",
        header = "Update fields in meta pages",
        customSynopsis = "update <bbolt-file>")
final class MetaUpdateCommand extends SurgeryCommand {
    private static final String PAGE_SIZE = "pageSize";
    private static final String ROOT = "root";
    private static final String FREELIST = "freelist";
    private static final String HIGH_WATER_MARK = "pgid";
    private static final Set<String> FIELDS = Set.of(PAGE_SIZE, ROOT, FREELIST, HIGH_WATER_MARK);

    @Option(
            names = "--fields",
            paramLabel = "strings",
            description =
                    "comma separated list of fields (supported fields: pageSize, root, freelist"
                            + " and pgid) to be updated, and each item is a colon-separated"
                            + " key-value pair")
    private final List<String> fields = new ArrayList<>();

    @Option(
            names = "--meta-page",
            paramLabel = "uint32",
            defaultValue = "0",
            description = "the meta page ID to operate on, valid values are 0 and 1")
    private String metaPage = "0";

    MetaUpdateCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        long page = GoNumbers.parseUint32(metaPage);
        if (page > 1) {
            throw new CommandFailure("invalid meta page id: " + page);
        }
        MetaPage.Change change = change();
        copy("[meta update]");
        update((int) page, change);
    }

    private MetaPage.Change change() throws CommandFailure {
        Map<String, Long> values = new HashMap<>();
        for (String list : fields) {
            for (String field : list.split(",", -1)) {
                String[] parts = field.split(":", -1);
                if (parts.length != 2) {
                    throw new CommandFailure("invalid key-value pair: " + field);
                }
                if (!FIELDS.contains(parts[0])) {
                    throw new CommandFailure(
                            "field " + GoText.quote(parts[0]) + " isn't allowed to be updated");
                }
                values.put(parts[0], value(parts[0], parts[1]));
            }
        }
        Long pageSize = values.get(PAGE_SIZE);
        @Nullable Integer cut = pageSize == null ? null : Integer.valueOf(pageSize.intValue());
        return new MetaPage.Change(
                cut, values.get(ROOT), values.get(FREELIST), values.get(HIGH_WATER_MARK));
    }

    private static long value(String field, String text) throws CommandFailure {
        try {
            return GoNumbers.parseDecimalUint(text);
        } catch (CommandFailure e) {
            throw new CommandFailure(
                    "invalid value %s for field %s"
                            .formatted(GoText.quote(text), GoText.quote(field)));
        }
    }

    private void update(int page, MetaPage.Change change) throws CommandFailure {
        int pageSize = page == 0 ? 0 : read(0, 0, "read the first meta page failed: ");
        boolean isChanged;
        try {
            isChanged = MetaPage.update(disk(), target(), page, pageSize, change);
        } catch (Corrupted e) {
            throw new CommandFailure("read meta page " + page + " failed: " + e.reason());
        }
        int ownPageSize = read(page, pageSize, "read meta page failed: ");
        if (page == 1 && pageSize != ownPageSize) {
            out().println(
                            ("WARNING: The page size (%s) in the first meta page doesn't match the second"
                                            + " meta page (%s)")
                                    .formatted(
                                            Integer.toUnsignedString(pageSize),
                                            Integer.toUnsignedString(ownPageSize)));
        }
        out().println(
                        isChanged
                                ? "The meta page " + page + " has been updated!"
                                : "Nothing changed!");
    }

    private int read(int page, int pageSize, String failure) throws CommandFailure {
        try {
            return MetaPage.read(disk(), target(), page, pageSize).fields().pageSize();
        } catch (Corrupted e) {
            throw new CommandFailure(failure + e.reason());
        }
    }
}
