// A partner's desk in Java: acknowledges each referral, shows what had no effect. It stores no answer, and neither loses nor doubles
// one: what it read is committed behind the answer, and the answer to a referral that comes again has the same `id`, which
// counts once. An answer that people decide is stored with its `id` before it is sent, as in desk.py.
//
//   java -cp 'jars/*' Desk.java client.properties [SECONDS [KEY.pem ...]]
//
// In `jars`: kafka-clients-4.3.1.jar, zstd-jni-1.5.6-10.jar (which unpacks the program's records), slf4j-api-1.7.36.jar,
// jackson-databind-2.21.2.jar, jackson-core-2.21.2.jar and jackson-annotations-2.21.jar.
// `client.properties` is the file of the guide. It ends after SECONDS without a
// record, if they are given, and where an answer does not get through. KEY.pem is PKCS 8 without password, as `openssl genpkey`
// writes it: to open a referral needs nothing but the JDK. What no KEY.pem opens, or none is given for, it keeps in
// `unopened.jsonl`, a line each, and goes on: a withdrawal may lie behind it. Ask to be sent it again, which takes its line out.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Desk {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path UNOPENED = Path.of("unopened.jsonl");

    public static void main(String[] given) throws Exception {
        Properties settings = new Properties();
        try (FileReader file = new FileReader(given[0])) {
            settings.load(file);
        }
        long quiet = given.length > 1 ? Long.parseLong(given[1]) : Long.MAX_VALUE / 2_000;
        var keys = new ArrayList<PrivateKey>();
        for (int each = 2; each < given.length; each++) {
            keys.add(privateKey(given[each]));
        }
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
                    JsonNode event = JSON.readTree(record.value());
                    boolean isOpen = opened(event, keys);
                    keep(event, isOpen);
                    if (isOpen) {
                        take(event, producer, me).ifPresent(answers::add);
                    }
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
        ObjectNode event = JSON.createObjectNode().put("specversion", "1.0").put("id", idOf(referral));
        event.put("type", "partner.referral-acknowledged").put("source", me).put("time", now).set("data", data);
        return producer.send(new ProducerRecord<>(me + ".answers.v1", referral, event.toString()), (done, error) ->
            System.out.println(error == null ? "answered " + referral : "not sent: " + error.getMessage()));
    }

    private static String idOf(String referral) {
        return UUID.nameUUIDFromBytes((referral + "/acknowledged").getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Has the event's line in the file while nothing opened it. */
    private static void keep(JsonNode event, boolean isOpen) throws IOException {
        List<String> before = Files.exists(UNOPENED) ? Files.readAllLines(UNOPENED) : List.of();
        var lines = new ArrayList<>(before);
        lines.removeIf(line -> line.contains(event.get("id").asText()));
        if (!isOpen) {
            lines.add(event.toString());
        }
        if (!lines.equals(before)) {
            Files.write(UNOPENED, lines);
        }
    }

    // What follows opens a JWE (RFC 7516): ECDH-ES+A256KW or RSA-OAEP-256 for the key of the content, A256GCM for that itself.

    /** Opens the event in its place, and says whether that is done: also of one that nobody encrypted. */
    private static boolean opened(JsonNode event, List<PrivateKey> keys) throws Exception {
        if (!event.path("datacontenttype").asText().equals("application/jose")) {
            return true;
        }
        for (PrivateKey key : keys) {
            try {
                ((ObjectNode) event).set("data", JSON.readTree(opened(event.get("data").asText().split("\\."), key)));
                return true;
            } catch (GeneralSecurityException another) {
                continue; // Of two keys while one takes the other's place: `kid` in the header names the right one.
            }
        }
        String kid = JSON.readTree(bytes(event.get("data").asText().split("\\.")[0])).get("kid").asText();
        System.err.println("no KEY.pem opens " + event.get("id").asText() + ", which is encrypted to key " + kid
            + ": start with it, and ask to be sent it again");
        return false;
    }

    private static byte[] opened(String[] parts, PrivateKey key) throws Exception {
        JsonNode header = JSON.readTree(bytes(parts[0]));
        Key content = key instanceof ECPrivateKey ours ? agreed(header, ours, bytes(parts[1])) : unwrapped(key, bytes(parts[1]));
        Cipher aes = Cipher.getInstance("AES/GCM/NoPadding");
        aes.init(Cipher.DECRYPT_MODE, content, new GCMParameterSpec(128, bytes(parts[2])));
        aes.updateAAD(parts[0].getBytes(StandardCharsets.US_ASCII));
        aes.update(bytes(parts[3]));
        return aes.doFinal(bytes(parts[4]));
    }

    private static Key unwrapped(PrivateKey ours, byte[] wrapped) throws GeneralSecurityException {
        Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
        rsa.init(Cipher.DECRYPT_MODE, ours,
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return new SecretKeySpec(rsa.doFinal(wrapped), "AES");
    }

    private static Key agreed(JsonNode header, ECPrivateKey ours, byte[] wrapped) throws GeneralSecurityException {
        if (!header.has("epk")) {
            throw new GeneralSecurityException("encrypted to an RSA key");
        }
        JsonNode epk = header.get("epk");
        var point = new ECPoint(new BigInteger(1, bytes(epk.get("x").asText())), new BigInteger(1, bytes(epk.get("y").asText())));
        KeyAgreement ecdh = KeyAgreement.getInstance("ECDH");
        ecdh.init(ours);
        ecdh.doPhase(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, ours.getParams())), true);
        // Concat KDF (RFC 7518, 4.6.2), one round of SHA-256: the round, the secret, the algorithm, nobody's names, the bits.
        byte[] secret = ecdh.generateSecret();
        byte[] algorithm = header.get("alg").asText().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer told = ByteBuffer.allocate(4 + secret.length + 4 + algorithm.length + 12);
        told.putInt(1).put(secret).putInt(algorithm.length).put(algorithm).putInt(0).putInt(0).putInt(256);
        Cipher aes = Cipher.getInstance("AESWrap");
        aes.init(Cipher.UNWRAP_MODE, new SecretKeySpec(MessageDigest.getInstance("SHA-256").digest(told.array()), "AES"));
        return aes.unwrap(wrapped, "AES", Cipher.SECRET_KEY);
    }

    private static PrivateKey privateKey(String file) throws Exception {
        String pem = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        String form = pem.contains("ENCRYPTED") ? " is locked with a password" : " is not one private key in PKCS 8 (BEGIN PRIVATE KEY)";
        if (!pem.strip().matches("(?s)-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----")) {
            throw new IllegalArgumentException(
                file + form + ": `openssl pkey -in " + file + " -out new.pem` writes it so, without a password");
        }
        var key = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "")));
        for (String kind : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(key);
            } catch (InvalidKeySpecException another) {
                continue;
            }
        }
        throw new IllegalArgumentException(file + " is no key that opens anything: it is neither EC on P-256 nor RSA (RSA-PSS only signs)");
    }

    private static byte[] bytes(String text) {
        return Base64.getUrlDecoder().decode(text);
    }
}
