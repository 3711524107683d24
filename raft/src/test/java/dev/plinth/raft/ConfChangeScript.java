package dev.plinth.raft;

import java.util.ArrayList;
import java.util.List;

/** Runs the commands of a script about configuration changes, on one configuration. */
final class ConfChangeScript {
    private TrackedConfig config = TrackedConfig.EMPTY;
    private ProgressMap progress = new ProgressMap();
    private long lastIndex;

    String run(ScriptFile.Command c) {
        List<ConfChangeV2.Single> changes = new ArrayList<>();
        for (String token : c.input().split(" ", -1)) {
            if (!token.isEmpty()) {
                changes.add(InteractionEnvironment.change(token));
            }
        }
        try {
            ConfChanger changer = new ConfChanger(config, progress, lastIndex, 10, 0);
            ConfChanger.Result result =
                    switch (c.name()) {
                        case "simple" -> changer.simple(changes);
                        case "enter-joint" -> changer.enterJoint(autoLeave(c), changes);
                        case "leave-joint" -> {
                            if (!changes.isEmpty()) {
                                throw new ConfChanger.Refused("this command takes no input");
                            }
                            yield changer.leaveJoint();
                        }
                        default -> throw new ConfChanger.Refused("unknown command");
                    };
            config = result.config();
            progress = result.progress();
            return config + "\n" + progress;
        } catch (ConfChanger.Refused e) {
            return e.getMessage() + "\n";
        } finally {
            lastIndex++;
        }
    }

    private static boolean autoLeave(ScriptFile.Command c) {
        return c.arguments().stream()
                .anyMatch(a -> a.key().equals("autoleave") && a.value().equals("true"));
    }
}
