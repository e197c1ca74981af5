package bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** A match as it comes over the wire: read by Jackson, checked as the contract asks. */
@JsonIgnoreProperties(ignoreUnknown = true)
record Match(
        String specversion, UUID id, String type, String source, String time, String correlationid, Data data) {

    private static final ObjectReader READER = new ObjectMapper()
            .configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true)
            .readerFor(Match.class);
    private static final Pattern AREA = Pattern.compile("P(0[1-9]|[12]\\d|3[0-5])");
    private static final Pattern QUESTION = Pattern.compile("[TOCFGA]\\d{2}");
    private static final Pattern REASON = Pattern.compile("[a-z][a-z0-9_]{1,60}");
    private static final Set<String> STATUS = Set.of("ok", "partial", "fails", "unknown");

    static Match read(byte[] value) throws IOException {
        return READER.readValue(value);
    }

    Match {
        require("1.0".equals(specversion), "specversion");
        require(id != null && data != null, "id or data");
        require("matching.match-found".equals(type), "type");
        require(source != null && !source.isEmpty(), "source");
        OffsetDateTime.parse(time);
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Data(
            @JsonProperty("supplier_id") UUID supplierId,
            @JsonProperty("match_id") UUID matchId,
            @JsonProperty("requirement_id") UUID requirementId,
            @JsonProperty("anchor_id") UUID anchorId,
            String area,
            int score,
            List<Criterion> criteria,
            @JsonProperty("blocked_by") List<String> blockedBy,
            String rules) {
        Data {
            require(supplierId != null && matchId != null && requirementId != null && anchorId != null, "ids");
            require(AREA.matcher(area).matches(), "area");
            require(share(score), "score");
            require(criteria != null && rules != null, "criteria or rules");
            blockedBy = blockedBy == null ? List.of() : blockedBy;
            require(blockedBy.stream().allMatch(code -> QUESTION.matcher(code).matches()), "blocked_by");
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Criterion(
            String criterion, int points, int max, String status, String need, String offer, String reason) {
        Criterion {
            require(REASON.matcher(criterion).matches() && REASON.matcher(reason).matches(), "codes");
            require(share(points) && share(max), "points");
            require(STATUS.contains(status), "status");
            require(need != null && offer != null, "need or offer");
        }
    }

    private static boolean share(int value) {
        return value >= 0 && value <= 10_000;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
