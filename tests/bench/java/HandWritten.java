package bench;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The loop that an experienced hand writes: poll, one transaction per batch, commit the offsets. */
final class HandWritten {
    public static void main(String[] arguments) throws Exception {
        Rounds.serve(HandWritten::consume);
    }

    static long[] consume(String group, int records) throws Exception {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(Rounds.consumer(group));
                Connection connection = Rounds.connection()) {
            connection.setAutoCommit(false);
            FromTheStart start = new FromTheStart(consumer);
            consumer.subscribe(List.of(Rounds.TOPIC), start);
            int taken = 0;
            while (taken < records) {
                ConsumerRecords<String, byte[]> batch = consumer.poll(Duration.ofSeconds(1));
                if (!batch.isEmpty()) {
                    takeIn(connection, batch);
                    consumer.commitSync(ends(batch));
                    taken += batch.count();
                }
            }
            return new long[] {start.at, System.nanoTime()};
        }
    }

    /** Before the first fetch: one that waits at the end of the log would hold up that of the first record. */
    private static final class FromTheStart implements ConsumerRebalanceListener {
        private final KafkaConsumer<String, byte[]> consumer;
        private long at;

        FromTheStart(KafkaConsumer<String, byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            at = System.nanoTime();
            consumer.seekToBeginning(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
    }

    private static void takeIn(Connection connection, ConsumerRecords<String, byte[]> batch) throws Exception {
        List<Match> matches = new ArrayList<>(batch.count());
        for (ConsumerRecord<String, byte[]> record : batch) {
            matches.add(read(record));
        }
        ArrayStore store = new ArrayStore(connection);
        Set<UUID> claimed = store.claim(matches.stream().map(Match::id).toList());
        List<Match> fresh = matches.stream().filter(match -> claimed.remove(match.id())).toList();
        Map<UUID, Account> held = new TreeMap<>();
        fresh.forEach(match -> held.put(match.data().supplierId(), null));
        held.putAll(store.load(held.keySet()));
        List<Answer> answers = new ArrayList<>(fresh.size());
        for (Match match : fresh) {
            UUID supplier = match.data().supplierId();
            Account account = held.get(supplier);
            if (account == null) {
                account = new Account(supplier, 0, 0);
                held.put(supplier, account);
            }
            account.take(match);
            answers.add(Answer.of(match, account));
        }
        store.save(held.values());
        store.tell(answers);
        connection.commit();
    }

    static Match read(ConsumerRecord<String, byte[]> record) throws Exception {
        Match match = Match.read(record.value());
        if (!match.data().supplierId().toString().equals(record.key())) {
            throw new IllegalArgumentException("key");
        }
        return match;
    }

    private static Map<TopicPartition, OffsetAndMetadata> ends(ConsumerRecords<String, byte[]> batch) {
        Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
        for (TopicPartition partition : batch.partitions()) {
            ends.put(partition, new OffsetAndMetadata(batch.records(partition).getLast().offset() + 1));
        }
        return ends;
    }
}
