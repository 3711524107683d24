package dev.plinth.tools.print;

import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.tools.text.Console;
import java.util.List;

/** Tables, for the few answers that are lists of like things. */
final class TablePrinter extends Printer {
    private final Console console;

    TablePrinter(Console console) {
        super("table");
        this.console = console;
    }

    @Override
    public void memberList(MemberListResponse answer) {
        draw(Rows.MEMBER, answer.getMembersList().stream().map(Rows::member).toList());
    }

    @Override
    public void endpointHealth(List<EndpointHealth> answers) {
        draw(Rows.HEALTH, answers.stream().map(Rows::health).toList());
    }

    @Override
    public void endpointStatus(List<EndpointStatus> answers) {
        draw(Rows.STATUS, answers.stream().map(Rows::status).toList());
    }

    @Override
    public void endpointHash(List<EndpointHash> answers) {
        draw(Rows.HASH, answers.stream().map(Rows::hash).toList());
    }

    private void draw(List<String> headers, List<List<String>> rows) {
        console.print(Table.draw(headers, rows));
    }
}
