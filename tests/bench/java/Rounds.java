package bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** How a peer is driven: a round is a line of input (group, records), its answer a line of JSON. */
final class Rounds {
    static final String TOPIC = "matching.match.v1";
    static final int PARTITIONS = 6;
    static final int BATCH = 500;

    interface Round {
        /** Takes so many records in; returns when it began and ended, by System.nanoTime. */
        long[] run(String group, int records) throws Exception;
    }

    static void serve(Round round) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            long before = processor();
            long[] times = round.run(words[0], Integer.parseInt(words[1]));
            System.out.printf(
                    Locale.ROOT, "{\"started\": %.6f, \"ended\": %.6f, \"cpu_s\": %.6f, \"peak_mb\": %.1f}%n",
                    times[0] / 1e9, times[1] / 1e9, (processor() - before) / 1e9, peak());
        }
    }

    static Properties consumer(String group) {
        Properties found = new Properties();
        found.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, env("PDP_KAFKA_BOOTSTRAP"));
        found.put("security.protocol", "SASL_PLAINTEXT");
        found.put("sasl.mechanism", "SCRAM-SHA-256");
        found.put("sasl.jaas.config", String.format(
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";",
                env("PDP_KAFKA_USER"), env("PDP_KAFKA_PASSWORD")));
        found.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        found.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
        found.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        found.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        found.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        found.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return found;
    }

    static Connection connection() throws SQLException {
        return DriverManager.getConnection(env("BENCH_JDBC_URL"), env("BENCH_DB_USER"), env("BENCH_DB_PASSWORD"));
    }

    static String env(String name) {
        return System.getenv(name);
    }

    private static long processor() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** Most memory that the process held, MB. */
    private static double peak() throws Exception {
        try (var lines = java.nio.file.Files.lines(java.nio.file.Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) / 1024)
                    .findFirst().orElse(0);
        }
    }
}
