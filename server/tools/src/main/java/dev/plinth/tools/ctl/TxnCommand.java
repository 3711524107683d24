package dev.plinth.tools.ctl;

import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;

/** txn. */
final class TxnCommand {
    private final CtlContext context;

    TxnCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("txn [options]", "Txn processes all the requests in one transaction")
                .flags(
                        Flag.bool("interactive", "Input transaction in interactive mode")
                                .withShorthand("i"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        if (!flags.arguments().isEmpty()) {
            throw ToolFailure.arguments("txn command does not accept argument");
        }
        context.connected(
                flags,
                session -> {
                    TxnScript script = new TxnScript(session.console(), flags.isOn("interactive"));
                    session.printer()
                            .txn(session.patientCall(KVGrpc.getTxnMethod(), script.read()));
                });
    }
}
