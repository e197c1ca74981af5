package bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** What each match is answered with, in its wire form. */
record Answer(
        String specversion,
        UUID id,
        String type,
        String source,
        UUID subject,
        String time,
        String datacontenttype,
        Data data,
        String correlationid,
        String causationid) {

    static final String TYPE = "bench.counted";
    static final String TOPIC = "bench.counted.v1";
    private static final ObjectWriter WRITER = new ObjectMapper().writerFor(Answer.class);

    record Data(
            @JsonProperty("supplier_id") UUID supplierId, @JsonProperty("match_id") UUID matchId, int taken, int best) {}

    static Answer of(Match match, Account account) {
        Data data = new Data(account.id, match.data().matchId(), account.taken, account.best);
        return new Answer("1.0", newId(), TYPE, "portal", account.id, Instant.now().toString(), "application/json",
                data, match.correlationid(), match.id().toString());
    }

    byte[] bytes() throws JsonProcessingException {
        return WRITER.writeValueAsBytes(this);
    }

    /** RFC 9562, version 7: sorts by the time of its making. */
    private static UUID newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000);
        return new UUID(high, random.nextLong() >>> 2 | 0x8000_0000_0000_0000L);
    }
}
