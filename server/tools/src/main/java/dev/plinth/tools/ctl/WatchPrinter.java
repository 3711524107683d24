package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.WatchUpdate;
import dev.plinth.tools.text.RawText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Prints what one watch tells, and runs a program for each event. */
final class WatchPrinter {
    private final CtlSession session;
    private final List<String> program;

    WatchPrinter(CtlSession session, List<String> program) {
        this.session = session;
        this.program = program;
    }

    /** Prints an update; false if it was the last one. */
    boolean print(WatchUpdate update) throws ToolFailure {
        WatchResponse response =
                switch (update) {
                    case WatchUpdate.Ended ended -> {
                        session.console().error("watch was canceled (" + ended.reason() + ")");
                        yield ended.response();
                    }
                    case WatchUpdate.Received received -> {
                        if (received.isProgress()) {
                            session.console()
                                    .println(
                                            "progress notify: "
                                                    + received.response()
                                                            .getHeader()
                                                            .getRevision());
                        }
                        yield received.response();
                    }
                };
        session.printer().watch(response);
        session.console().flush();
        if (!program.isEmpty()) {
            for (Event event : response.getEventsList()) {
                runProgram(response, event);
            }
        }
        return update instanceof WatchUpdate.Received;
    }

    private void runProgram(WatchResponse response, Event event) throws ToolFailure {
        ChildProcess child =
                new ChildProcess(
                        program,
                        Map.of(
                                "ETCD_WATCH_REVISION",
                                Long.toString(response.getHeader().getRevision()),
                                "ETCD_WATCH_EVENT_TYPE",
                                GoText.quote(event.getType().name()),
                                "ETCD_WATCH_KEY",
                                GoText.quote(event.getKv().getKey().toByteArray()),
                                "ETCD_WATCH_VALUE",
                                GoText.quote(event.getKv().getValue().toByteArray())));
        String problem;
        try {
            ChildProcess.End end = child.run(session.console());
            if (end.isSuccess()) {
                return;
            }
            problem = end.text();
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
        StringJoiner words = new StringJoiner(" ", "[", "]");
        program.forEach(word -> words.add(GoText.quote(RawText.encode(word))));
        session.console().error("command " + words + " error (" + problem + ")");
        throw ToolFailure.silent(ToolFailure.ERROR);
    }
}
