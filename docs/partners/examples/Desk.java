// A partner's desk in Java: stores nothing, acknowledges each referral, also one that comes again, shows what had no effect.
//
//   java -cp 'jars/*' Desk.java client.properties [SECONDS]
//
// In `jars`: kafka-clients-4.3.1.jar, zstd-jni-1.5.6-10.jar (which unpacks the program's records), slf4j-api-1.7.36.jar,
// jackson-databind-2.21.2.jar, jackson-core-2.21.2.jar and jackson-annotations-2.21.jar.
// `client.properties` is the file of the guide. It ends after SECONDS without a
// record, if they are given, and where an answer does not get through.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Desk {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] given) throws Exception {
        Properties settings = new Properties();
        try (FileReader file = new FileReader(given[0])) {
            settings.load(file);
        }
        long quiet = given.length > 1 ? Long.parseLong(given[1]) : Long.MAX_VALUE / 2_000;
        // Topics and groups are named after the first two parts of a user's name: of `partner.CODE` and of `partner.CODE.b`.
        Matcher user = Pattern.compile("username=\"(partner\\.[^.\"]+)").matcher(settings.getProperty("sasl.jaas.config"));
        user.find();
        String me = user.group(1);

        Properties reading = new Properties();
        reading.putAll(settings);
        reading.put("group.id", me + ".desk");
        reading.put("group.instance.id", "desk-1");
        reading.put("enable.auto.commit", "false");
        reading.put("auto.offset.reset", "earliest");
        Properties writing = new Properties();
        writing.putAll(settings);
        writing.remove("auto.offset.reset");
        writing.put("acks", "all");
        writing.put("enable.idempotence", "true");

        try (var consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer());
                var producer = new KafkaProducer<>(writing, new StringSerializer(), new StringSerializer())) {
            consumer.subscribe(List.of(me + ".referrals.v1", me + ".refusals.v1"));
            Instant last = Instant.now();
            while (Duration.between(last, Instant.now()).toSeconds() < quiet) {
                var answers = new ArrayList<Future<RecordMetadata>>();
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    last = Instant.now();
                    take(JSON.readTree(record.value()), producer, me).ifPresent(answers::add);
                }
                for (var sent : answers) {
                    sent.get(); // One that does not get through ends the program before the commit.
                }
                consumer.commitSync(); // After it is answered: what is lost on the way comes again.
            }
        }
    }

    private static Optional<Future<RecordMetadata>> take(JsonNode event, KafkaProducer<String, String> producer, String me) {
        JsonNode data = event.get("data");
        switch (event.get("type").asText()) {
            case "partner.referral" -> {
                String referral = data.get("referral_id").asText();
                System.out.println("referral " + referral + " " + data.get("product").asText());
                return Optional.of(acknowledge(producer, me, referral));
            }
            case "partner.referral-withdrawn" -> System.out.println("withdrawn " + data.get("referral_id").asText());
            case "partner.answer-refused" -> {
                String which = data.get("answer_id").isNull() ? "offset " + data.get("offset") : data.get("answer_id").asText();
                String todo = data.get("todo").get("en").asText();
                System.out.println(String.join(" ", data.get("outcome").asText(), which, data.get("reason").asText(), todo));
            }
            default -> { } // More types may come: ignore what you do not know.
        }
        return Optional.empty();
    }

    private static Future<RecordMetadata> acknowledge(KafkaProducer<String, String> producer, String me, String referral) {
        String now = Instant.now().toString();
        ObjectNode data = JSON.createObjectNode().put("referral_id", referral).put("answered_at", now).put("folio", "N-17");
        data.put("partner", me.substring("partner.".length()));
        ObjectNode event = JSON.createObjectNode().put("specversion", "1.0").put("id", UUID.randomUUID().toString());
        event.put("type", "partner.referral-acknowledged").put("source", me).put("time", now).set("data", data);
        return producer.send(new ProducerRecord<>(me + ".answers.v1", referral, event.toString()), (done, error) ->
            System.out.println(error == null ? "answered " + referral : "not sent: " + error.getMessage()));
    }
}
