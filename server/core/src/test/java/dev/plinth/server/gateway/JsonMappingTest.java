package dev.plinth.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.TxnRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMappingTest {
    private static Message parse(String document) throws JsonSyntaxException {
        return JsonMapping.parse(document, TxnRequest.getDefaultInstance());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'success':[],'success':[]}",
                "{'compare':[{'key':'YQ==','key':'YQ=='}]}",
                "{'compare':[{'key':'YQ==','k\\u0065y':'YQ=='}]}",
                "{'success':[{},{'request_range':{'range_end':'YQ==','rangeEnd':'YQ=='}}]}",
                "{'success':[{'requestRange':{}},{'requestTxn':{'failure':null,'failure':[]}}]}"
            })
    void aFieldThatComesTwiceIsRefused(String document) {
        assertThatThrownBy(() -> parse(document.replace('\'', '"')))
                .isInstanceOf(JsonSyntaxException.class)
                .hasMessageContaining("duplicate field");
    }

    @Test
    void unknownFieldsMayComeTwiceAndElementsRepeatFields() throws Exception {
        String document =
                "{'x':1,'x':{'y':2,'y':3},'compare':[{'key':'YQ==','x':1},{'key':'YQ=='}]}";
        TxnRequest txn = (TxnRequest) parse(document.replace('\'', '"'));
        assertThat(txn.getCompareCount()).isEqualTo(2);
    }

    @Test
    void depthIsBounded() {
        String document = "{\"success\":[{\"request_txn\":".repeat(200) + "{}" + "}]}".repeat(200);
        assertThatThrownBy(() -> parse(document)).isInstanceOf(JsonSyntaxException.class);
    }
}
